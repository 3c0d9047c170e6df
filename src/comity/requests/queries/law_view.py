"""The law of both sides as it stands for one dossier: each side's own run, and the instrument's rules."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from comity.exchange.queries import messages_of
from comity.gazette.queries import register_here
from comity.law.conditions import use_conditions
from comity.requests.lanes import way_of
from comity.requests.models import DomesticAct, Dossier, Draft
from comity.requests.predictions import dual_criminality_lines
from comity.requests.queries.sight import acts_seen
from comity.requests.refusals import grounds_for
from comity.requests.state import DossierState


@dataclass(frozen=True, slots=True)
class LawView:
    """What each side's own engine says, and the instrument's rules for this matter."""

    instrument: str
    title: str
    route: str
    direct: bool
    languages: tuple[str, ...]
    signer: str
    transmitter: str
    form: str
    original_must_follow: str
    provision: str
    verified: bool
    requesting: Mapping[str, Any]
    """The requesting side's run, as sent with the request (or of the draft)."""
    requested: Mapping[str, Any]
    """The requested side's own run; empty for the requesting side, and for an authority that merely executes."""
    dual_criminality: tuple[Mapping[str, Any], ...]
    use_conditions: tuple[Mapping[str, Any], ...]
    refusal_grounds: tuple[Mapping[str, Any], ...]
    postponement_grounds: tuple[Mapping[str, Any], ...]


def law_of(row: Dossier, state: DossierState, authority: str, draft: Draft | None) -> LawView:
    """The law of both sides as it stands for this dossier, as far as this authority sees it."""
    register = register_here()
    content = state.content or (draft.content if draft else {})
    law = register.instrument(row.instrument) if row.instrument else None
    way = way_of(register, row.instrument, row.requesting[:2], row.requested[:2])
    measures = {part.measure for part in state.parts.values()}
    run = acts_seen(row, authority).filter(verb="assess_conformity").order_by("-id").first()
    return LawView(
        instrument=row.instrument,
        title=way.title,
        route=way.lane.route if way.lane else "",
        direct=way.direct,
        languages=way.languages,
        signer=way.lane.signer if way.lane else "",
        transmitter=way.lane.transmitter if way.lane else "",
        form=way.lane.form if way.lane else "",
        original_must_follow=way.lane.original_must_follow if way.lane else "",
        provision=way.lane.provision if way.lane else "",
        verified=way.lane.verified if way.lane else False,
        requesting=sent_prediction(row) or (draft.prediction if draft else {}),
        requested=run.facts.get("engine", {}) if run else {},
        dual_criminality=tuple(dual_criminality_lines(register, row.instrument, content)),
        use_conditions=tuple(one.to_json() for one in (use_conditions(law) if law else ())),
        refusal_grounds=tuple(grounds_for(law, measures, postponing=False)),
        postponement_grounds=tuple(grounds_for(law, measures, postponing=True)),
    )


def own_run_of(row: Dossier) -> Mapping[str, Any]:
    """The requested side's own run, as it was last recorded."""
    run = DomesticAct.objects.filter(dossier=row, verb="assess_conformity").order_by("-id").first()
    engine: Mapping[str, Any] = run.facts.get("engine", {}) if run else {}
    return engine


def sent_prediction(row: Dossier) -> Mapping[str, Any]:
    """The prediction that came with the request, as last sent."""
    found: Mapping[str, Any] = {}
    for view in messages_of(row.holder, row.reference, of="request.transmitted"):
        found = view.signed.message.body.get("prediction") or found
    return found
