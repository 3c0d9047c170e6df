"""After a restore: the partners are asked what this older copy lacks; until then nothing is sent to them."""

import secrets
from datetime import datetime
from pathlib import Path
from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from comity.authorities.node_file import RESTORED
from comity.exchange.actions import begin_reconciling
from comity.exchange.queries import reconciliations
from comity.values.actor import Act, job
from comity.values.instant import instant_text


def take_up(folder: Path, at: datetime) -> bool:
    """Begin to ask, if the folder was just restored; the mark goes once that is written."""
    mark = folder / RESTORED
    if not mark.exists():
        return False
    begin(at)
    mark.unlink()
    return True


def begin(at: datetime, partner: str = "") -> int:
    act = Act(job("operator", "operator"), at, "restore from a backup", secrets.token_bytes)
    return begin_reconciling(act, reason="restored", partner=partner)


def reconciliation() -> list[dict[str, Any]]:
    """For each of our authorities and each partner asked: since when, what is lacking, when it was done."""
    return [
        {
            "authority": one.holder,
            "partner": one.partner,
            "since": instant_text(one.since),
            "reason": one.reason,
            "told": one.told,
            "lacking": one.lacking,
            "regained": one.regained,
            "done_at": instant_text(one.done_at) if one.done_at else None,
        }
        for one in reconciliations()
    ]


def told_line(one: dict[str, Any]) -> str:
    """How far it is, in one line."""
    name = f"{one['authority']} and {one['partner']}"
    if one["done_at"]:
        return f"{name}: reconciled at {one['done_at']}; {one['regained']:,} messages came back."
    if not one["told"]:
        return f"{name}: asked since {one['since']}; nothing is sent until the partner says what it holds."
    return (
        f"{name}: {one['regained']:,} messages came back, {one['lacking']:,} are to come; nothing is sent until then."
    )


def reconciliation_page(found: list[dict[str, Any]]) -> RenderableType:
    if not found:
        return Text("This node was not restored; nothing is being reconciled.", "green")
    return Group(*(Text(told_line(one), "green" if one["done_at"] else "yellow") for one in found))
