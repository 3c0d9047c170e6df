"""Running a job of the schedule at another moment, so that an exercise can play a day that has not come."""

from collections.abc import Callable
from datetime import datetime

from django.conf import settings

from comity.values.errors import MissingError, RefusedError
from comity.wiring.schedule import SCHEDULE, Tools, run_job


def rehearse(name: str, at: datetime, chance: Callable[[int], bytes]) -> int:
    """Run one job as if it were that moment; refused outside an exercise, where time is not ours to move."""
    if not settings.COMITY.exercise:
        raise RefusedError("Only an exercise moves its clock; nothing was done.", code="node:no-exercise")
    if name not in SCHEDULE:
        raise MissingError(f"There is no job '{name}'. The jobs are: {', '.join(SCHEDULE)}.", code="node:job")
    node = settings.COMITY
    tools = Tools(node.keys(), node.vault(), node.transport(), chance, node.exercise, lambda: at)
    return run_job(SCHEDULE[name], at, tools, authority=node.node_id)
