"""Who works from the node's command line."""

from comity.values.actor import Act, ActorKind
from comity.values.errors import RefusedError


def only_the_operator(act: Act) -> None:
    if act.actor.kind is not ActorKind.JOB or act.actor.id != "operator":
        raise RefusedError("Only the node's operator does this, from its command line.", code="operator:only")
