"""The shared timeline as entries: each message on its author's side, our domestic acts dashed on ours."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from comity.exchange.queries import Delivery
from comity.requests.queries import Seal, TimelineView
from comity.requests.queries.pages import PartyView
from comity.web.lines import Entry
from comity.web.marks import SealMark, SealState
from comity.web.vocabulary import word

QUIET = frozenset({"save_draft", "prepare_release"})
"""Domestic acts that happen too often to stand in the timeline; the ledger has them."""
STATES = {"verified": SealState.VERIFIED, "unknown": SealState.UNVERIFIED, "broken": SealState.BROKEN}


def said(texts: Any) -> tuple[str, str]:
    """The words in the reader's language where they were written in it, else as first written; with that language."""
    language = (get_language() or "en")[:2]
    if isinstance(texts, str):
        return texts, ""
    if not isinstance(texts, Mapping) or not texts:
        return "", ""
    chosen = language if language in texts else next(iter(texts))
    return str(texts[chosen]), str(chosen)


def mark_of(seal: Seal | None, *, recorded: bool, href: str, name: str = "") -> SealMark | None:
    if recorded:
        return SealMark(SealState.OURS, href=href)
    return SealMark(STATES[seal.state], name or seal.signer, href) if seal else None


def entries_of(view: Any, href: str) -> list[Entry]:
    """The dossier's timeline, oldest first, with the receipt for our request as an entry of theirs."""
    names = {one.code: _name(one) for one in (view.requesting, view.requested)}
    open_ids = {one["id"] for one in (*view.open_questions, *view.open_consultations)}
    entries: list[Entry] = []
    for index, line in enumerate(view.timeline):
        if line.kind == "act" and line.name in QUIET:
            continue
        entries.append(_entry(line, index, href, open_ids, names))
        entries += _receipt(line, href)
    return entries


def _title(line: TimelineView) -> str:
    """What an entry is called; a receipt on paper is no countersignature of a node."""
    if line.recorded and line.name == "evidence.countersigned":
        return gettext("Receipt confirmed on paper")
    return word("verb" if line.kind == "act" else "message", line.name)


def _entry(line: TimelineView, index: int, href: str, open_ids: set[str], names: Mapping[str, str]) -> Entry:
    words, language = said(line.words)
    domestic = line.kind == "act"
    facts = line.facts
    asked = {facts.get("question_id"), facts.get("consultation_id")} & open_ids
    note = facts.get("note") or facts.get("reason") if domestic else ""
    return Entry(
        "ours" if line.ours else "theirs",
        _title(line),
        line.at,
        f"e{index}-{line.digest[:8]}",
        tuple(text for text in (words, note if isinstance(note, str) else "") if text),
        tuple(_points(line)),
        None if domestic else _seal(line, href, names),
        by=_hand(line),
        language=language,
        domestic=domestic,
        recorded=line.recorded,
        open=bool(asked) and line.name in {"request.questioned", "request.consulted"},
        effect=line.effect,
        reason=line.reason,
        delivery=_waiting(line.delivery),
    )


def _name(party: PartyView) -> str:
    return said(dict(party.names))[0] or party.code


def _seal(line: TimelineView, href: str, names: Mapping[str, str]) -> SealMark | None:
    name = names.get(line.seal.signer, "") if line.seal else ""
    return mark_of(line.seal, recorded=line.recorded, href=f"{href}/messages/{line.digest}", name=name)


def _hand(line: TimelineView) -> str:
    """Whose hand it was, where the points do not tell a signatory's and a transmitter's apart."""
    if line.kind == "act":
        return line.author
    return "" if isinstance(line.facts.get("signed_by"), Mapping) else line.sent_by


def _hands(line: TimelineView) -> Iterator[tuple[Any, str]]:
    """Who signed the request and who transmitted it: two people, each named as what she did."""
    person = line.facts.get("signed_by")
    if isinstance(person, Mapping):
        yield _("Signed by"), ", ".join(str(person[key]) for key in ("name", "function") if person.get(key))
        if line.sent_by:
            yield _("Transmitted by"), line.sent_by


def _points(line: TimelineView) -> Iterator[tuple[Any, str]]:
    """The facts of a message that a person looks for, in the order in which she does."""
    facts = line.facts
    if line.kind == "act":
        if line.digest:
            yield _("Digest"), f"{line.digest[:8]}…{line.digest[-4:]}"
        return
    if facts.get("parts"):
        yield _("Measures"), ", ".join(str(part) for part in facts["parts"])
    for name, label in (("number", _("Number")), ("provision", _("Provision")), ("until", _("Until"))):
        if facts.get(name):
            yield label, str(facts[name])
    for ground in [*(facts.get("grounds") or []), facts.get("ground")]:
        if isinstance(ground, Mapping):
            yield str(ground.get("provision", "")), said(ground.get("reason"))[0]
    yield from _records(facts)
    yield from _hands(line)


def _records(facts: Mapping[str, Any]) -> Iterator[tuple[Any, str]]:
    """Orders, records of execution, the authority it was passed to, and how many items came."""
    inner = (("order", _("Order"), ("court", "number", "on")), ("record", _("Record"), ("on", "place", "by")))
    for name, label, keys in inner:
        found = facts.get(name)
        if isinstance(found, Mapping):
            yield label, ", ".join(str(found[key]) for key in keys if found.get(key))
    if facts.get("names"):
        yield _("Authority"), said(facts["names"])[0]
    if facts.get("items"):
        yield _("Items"), str(len(facts["items"]))


def _waiting(delivery: Delivery | None) -> str:
    """Where our message is while the partner has not confirmed it: since when, and when it is tried next."""
    if delivery is None or delivery.state in {"delivered", "kept"}:
        return ""
    if delivery.state == "stopped":
        return gettext("Stopped: %(reason)s") % {"reason": delivery.last_reason or delivery.last_error}
    if delivery.failing_since is None:
        return gettext("On its way")
    since, then = (
        date_format(moment, "j M H:i") if moment else "–" for moment in (delivery.failing_since, delivery.next_attempt)
    )
    return gettext("Not reached since %(since)s; next try %(next)s") % {"since": since, "next": then}


def _receipt(line: TimelineView, href: str) -> Iterator[Entry]:
    """Their receipt for our request: proof of arrival, from which no clock runs."""
    delivery = line.delivery
    if line.name == "request.transmitted" and delivery is not None and delivery.delivered_at is not None:
        yield Entry(
            "theirs",
            _("Delivered"),
            delivery.delivered_at,
            f"d-{line.digest[:12]}",
            seal=SealMark(SealState.VERIFIED, _("their node's receipt"), f"{href}/messages/{line.digest}"),
        )
