"""Checking items: content, description, custody chain, the signatures of both States, and the conditions."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from comity.evidence.custody import (
    EventType,
    SignedEvent,
    check_order,
    check_signature,
    described_by,
    description_digest,
    last_of,
    recalled_in,
)
from comity.evidence.manifest import CONDITIONS_FILE, CONDITIONS_SHAPE, RECORD_SHAPE, read_shaped
from comity.evidence.opened import Opened
from comity.evidence.report import Report
from comity.seals.canonical import encode
from comity.values.errors import BrokenError, InvalidInputError
from comity.values.handling import Handling


def check_items(opened: Opened, report: Report) -> None:
    """One line per thing proved or broken of each item."""
    conditions = _conditions(opened, report)
    seen: set[str] = set()
    for number, entry in enumerate(opened.manifest["items"], 1):
        if entry["number"] != number or entry["item"] in seen:
            report.breaks(f"comity.json, items[{number - 1}]", "Items are numbered from 1, each once.")
        seen.add(entry["item"])
        with report.breaking(entry["record"]):
            record = read_shaped(opened.text(entry["record"]), RECORD_SHAPE, entry["record"])
            opened.records[entry["item"]] = record
            _check_record(opened, entry, record, report)
        with report.breaking(entry["custody"]):
            opened.chains[entry["item"]] = chain = _chain(opened.text(entry["custody"]), entry["custody"])
            _check_chain(opened, entry, chain, report)
            _check_sides(opened, entry, chain, report)
            _check_conditions(entry, chain, conditions, report)
            _check_recall(entry, chain, report)
            _check_release(opened, entry, chain, report)
    for reference in sorted(set(conditions) - seen):
        report.breaks(CONDITIONS_FILE, f"Conditions of an item that is not here: {reference[:120]}.")


def _conditions(opened: Opened, report: Report) -> dict[str, Mapping[str, Any]]:
    with report.breaking(CONDITIONS_FILE):
        entries = read_shaped(opened.text(CONDITIONS_FILE), CONDITIONS_SHAPE, CONDITIONS_FILE)
        return {entry["item"]: entry for entry in entries}
    return {}


def _chain(data: bytes, path: str) -> list[SignedEvent]:
    values = read_shaped(data, [{"event": dict, "signature": dict}], path)
    chain = []
    for number, value in enumerate(values):
        try:
            chain.append(SignedEvent.from_json(value))
        except (InvalidInputError, BrokenError) as error:
            raise BrokenError(error.message, code="custody:form", place=f"event {number}") from error
    return chain


def _check_record(opened: Opened, entry: Mapping[str, Any], record: Mapping[str, Any], report: Report) -> None:
    """The content is the one described; a description with a digest has its content here."""
    number, path = entry["number"], entry["content"]
    if record["reference"] != entry["item"]:
        raise BrokenError("It describes another item.", code="bundle:record", place="reference")
    if path is None:
        if record["digest"] is None:
            report.proved(entry["record"], f"Item {number} is a thing, here by its description.")
        else:
            report.breaks(f"comity.json, items[{number - 1}].content", f"The content of item {number} is not here.")
        return
    found = opened.digests.get(path)
    size = opened.manifest["files"][path]["size"]
    if found is not None:
        report.expect(
            found == record["digest"] and size == record["size"],
            path,
            f"Item {number} is byte for byte what was taken in.",
            f"Item {number} is not what was taken in: its SHA-256 is {found}, described is {record['digest']}.",
        )


def _check_chain(opened: Opened, entry: Mapping[str, Any], chain: Sequence[SignedEvent], report: Report) -> None:
    """Each event by its signature, all by their order, and the description by the intake's signature."""
    for number, signed in enumerate(chain):
        place = f"{entry['custody']}, event {number}"
        event = signed.event
        text = f"{event.type.value} on {event.to_json()['at']}, signed by {event.authority}."
        if report.attempt(place, text, partial(check_signature, signed, opened.keys)):
            opened.proved.append(signed)
    report.attempt(
        entry["custody"],
        f"{len(chain)} custody events of item {entry['number']}, each following from the one before.",
        lambda: check_order(chain, entry["item"]),
    )
    record = opened.records.get(entry["item"])
    if record is not None:
        report.expect(
            described_by(chain) == description_digest(record),
            entry["record"],
            f"Item {entry['number']} is described as it was signed at intake.",
            "The description is not the one signed at intake (event taken-in, facts.description).",
        )
        taken = last_of(chain, EventType.TAKEN_IN)
        digests = [
            (signed.event.sequence, signed.event.facts["digest"])
            for signed in chain
            if signed is not taken and signed.event.type is not EventType.RELEASED and "digest" in signed.event.facts
        ]
        for sequence, digest in digests:
            if digest != record["digest"]:
                report.breaks(f"{entry['custody']}, event {sequence}, facts.digest", "It speaks of other content.")


def _check_sides(opened: Opened, entry: Mapping[str, Any], chain: Sequence[SignedEvent], report: Report) -> None:
    """Both States signed: the one by its transfer, the other by a countersignature that covers it."""
    transfer, counter = last_of(chain, EventType.TRANSFERRED), last_of(chain, EventType.COUNTERSIGNED)
    place = entry["custody"]
    came = arrival_of(chain)
    if came is not None:
        by, sender = came
        text = f"Item {entry['number']} came by post: recorded by {by}, not signed by {sender}, which had no node."
        report.absent(place, text)
        return
    if transfer is None or counter is None:
        missing = "transfer" if transfer is None else "countersignature"
        report.absent(place, f"Item {entry['number']} has no {missing}: only one State vouches for it.")
        return
    first, second = transfer.event, counter.event
    if first.facts.get("dossier") != opened.manifest["release"]["dossier"]:
        report.breaks(f"{place}, event {first.sequence}, facts.dossier", "The item was returned in another dossier.")
    if first.authority[:2] == second.authority[:2]:
        report.breaks(f"{place}, event {second.sequence}, authority", "One State countersigned itself.")
    if first.facts.get("recipient") != second.authority:
        report.breaks(
            f"{place}, event {second.sequence}, authority", f"It was transferred to {first.facts.get('recipient')}."
        )
    both = transfer in opened.proved and counter in opened.proved
    report.expect(
        both and second.facts.get("covers") == first.digest,
        f"{place}, event {second.sequence}",
        f"Both States signed: {second.authority} countersigned what {first.authority} sent.",
        f"The countersignature of {second.authority} does not cover the transfer by {first.authority}.",
    )


def arrival_of(chain: Sequence[SignedEvent]) -> tuple[str, str] | None:
    """Who recorded that an item came by post, and from whom; None where it did not come so."""
    taken = last_of(chain, EventType.TAKEN_IN)
    told = taken.event.facts.get("arrival") if taken is not None else None
    if taken is None or not isinstance(told, Mapping) or last_of(chain, EventType.TRANSFERRED) is not None:
        return None
    return taken.event.authority, str(told.get("from"))


def _check_conditions(
    entry: Mapping[str, Any],
    chain: Sequence[SignedEvent],
    conditions: Mapping[str, Mapping[str, Any]],
    report: Report,
) -> None:
    """The conditions shown are those both States signed, or those we recorded with a letter that came by post.

    What was narrowed since binds more, never less.
    """
    shown = conditions.get(entry["item"])
    if shown is None:
        report.breaks(CONDITIONS_FILE, f"It does not say under which conditions item {entry['number']} stands.")
        return
    bound: SignedEvent | None = None
    said: list[tuple[SignedEvent, Mapping[str, Any]]] = []
    for signed in chain:
        before = bound.event.facts if bound else {}
        if signed.event.type is EventType.NARROWED and _binds_less(signed.event.facts, before):
            report.breaks(f"{entry['custody']}, event {signed.event.sequence}, facts", "It binds less than before.")
        if signed.event.type is EventType.COUNTERSIGNED and bound is not None:
            said.append((signed, before))
        posted = signed.event.type is EventType.CHECKED and "conditions" in signed.event.facts
        bound = signed if posted or signed.event.type in {EventType.TRANSFERRED, EventType.NARROWED} else bound
    if bound is None:
        return
    for signed, facts in [*said, (bound, shown)]:
        for name in ("conditions", "handling"):
            if signed.event.facts.get(name) != facts.get(name):
                report.breaks(
                    f"{CONDITIONS_FILE}, item {entry['number']}, {name}",
                    f"{signed.event.authority} signed others (event {signed.event.sequence}).",
                )
                return
    when = "as recorded with the letter" if arrival_of(chain) is not None else "as signed"
    report.proved(
        f"{CONDITIONS_FILE}, item {entry['number']}",
        f"{len(shown['conditions'])} conditions and handling {shown['handling']}, {when}.",
    )


def _binds_less(now: Mapping[str, Any], before: Mapping[str, Any]) -> bool:
    """Whether facts bind less than those before them: a lower code, or a condition that is not there any more."""
    return not _bound_by(now) >= _bound_by(before)


def _bound_by(facts: Mapping[str, Any]) -> set[bytes]:
    """What binds by these facts: the conditions, and the handling code with all below it."""
    conditions, code = facts.get("conditions"), str(facts.get("handling", ""))
    codes = {step.encode() for step in Handling if step.value <= code}
    return codes | {encode(one) for one in (conditions if isinstance(conditions, list) else [])}


def _check_recall(entry: Mapping[str, Any], chain: Sequence[SignedEvent], report: Report) -> None:
    """A recalled item is shown as such: it is what it was, and may not be used."""
    signed = recalled_in(chain)
    if signed is not None:
        report.note(
            f"{entry['custody']}, recalled",
            f"Item {entry['number']} was RECALLED by who provided it, on {signed.event.to_json()['at']}: it is not to "
            "be used. Ask the authority that released this.",
        )


def _check_release(opened: Opened, entry: Mapping[str, Any], chain: Sequence[SignedEvent], report: Report) -> None:
    """The item was released for this bundle."""
    release = opened.manifest["release"]
    events = [
        signed.event
        for signed in chain
        if signed.event.type is EventType.RELEASED and signed.event.facts.get("release") == release["reference"]
    ]
    report.expect(
        len(events) == 1 and events[0].facts.get("audience") == release["audience"],
        f"{entry['custody']}, released",
        f"Item {entry['number']} was released to the {release['audience']}.",
        f"No custody event releases item {entry['number']} under {release['reference']} to the {release['audience']}.",
    )
