"""What an answer on paper says, from what the two sides have done: a receipt, or a refusal with its grounds. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any

from comity.law.instrument import Instrument
from comity.requests.messages import MessageType
from comity.requests.phases import PartState
from comity.requests.refusals import ground_of
from comity.requests.state import DossierState, Part

GRANTED = frozenset({PartState.ACCEPTED, PartState.AUTHORISED, PartState.EXECUTED, PartState.RETURNED})
"""States of parts to which the answer is yes."""


def kind_of_answer(state: DossierState) -> str:
    """The letter that says how things stand: a refusal where anything was declined, else a receipt."""
    return "refusal" if any(_declined(part) for part in state.parts.values()) else "acknowledgement"


def answer_content(
    state: DossierState, instrument: Instrument | None, *, title: str, number: str, authority: Mapping[str, str]
) -> dict[str, Any]:
    """The content of the answering letter, as `documents.correspondence` reads it; `number` is the other side's."""
    request = {"title": title, "reference": number, "digest": state.release}
    if kind_of_answer(state) == "acknowledgement":
        return {"request": request, "received_on": state.received_at[:10], "handled_by": state.contact}
    declined = [(part, decision) for part in state.parts.values() for decision in _declined(part)]
    grounds = list(_grounds(declined, instrument))
    whole = all(part.state is PartState.DECLINED for part in state.parts.values())
    remedies = [decision["remedy"].get("text") for _, decision in declined if decision.get("remedy")]
    held = [one for one in state.consultations.values() if set(one.parts) & {part.id for part, _ in declined}]
    return {
        "request": request,
        "authority": dict(authority),
        "decided_on": max(decision["at"] for _, decision in declined)[:10],
        "scope": "whole" if whole else "part",
        "grounds": grounds,
        "consultation": held[-1].text if held else "",
        "granted": [_description(state, part) for part in state.parts.values() if part.state in GRANTED],
        "remedies": next((text for text in remedies if text), ""),
    }


def _declined(part: Part) -> list[dict[str, Any]]:
    return [one for one in part.decisions if one["type"] == MessageType.DECLINED.value]


def _grounds(declined: list[tuple[Part, dict[str, Any]]], instrument: Instrument | None) -> Iterator[dict[str, Any]]:
    for part, decision in declined:
        for ground in decision["grounds"]:
            known = ground_of(instrument, str(ground["ground"]))
            yield {
                "part": f"{part.id})",
                "title": "",
                "provision": ground["provision"],
                "kind": known.kind if known else "",
                "reasons": ground["reason"],
                "verified": known.verified if known else False,
            }


def _description(state: DossierState, part: Part) -> Any:
    asked = (state.content or {}).get("parts", [])
    return next((one.get("description") or part.measure for one in asked if one["id"] == part.id), part.measure)
