"""Checking the signed messages of a bundle, its cover letters, and what it says is left out."""

from collections.abc import Mapping
from typing import Any

from comity.evidence.check_custody import arrival_of
from comity.evidence.custody import EventType, SignedEvent, last_of
from comity.evidence.manifest import MESSAGE_SHAPE, read_shaped, salted_digest
from comity.evidence.opened import Opened
from comity.evidence.report import Report
from comity.exchange.message import Message, SignedMessage
from comity.seals.canonical import from_b64
from comity.seals.signing import Signature
from comity.values.errors import BrokenError

LEFT_OUT_KINDS = ("item", "letter", "message")


def check_messages(opened: Opened, report: Report) -> None:
    """Each message by its sender's signature; its predecessors accounted for; items and conditions as it says."""
    accounted = {entry["digest"] for entry in opened.manifest["messages"]}
    accounted |= {entry["digest"] for entry in opened.manifest["left_out"] if entry["digest"] is not None}
    for entry in opened.manifest["messages"]:
        with report.breaking(entry["path"]):
            value = read_shaped(opened.text(entry["path"]), MESSAGE_SHAPE, entry["path"])
            signed = SignedMessage.read(from_b64(value["content"]), Signature.from_json(value["signature"]))
            message = signed.message
            if (signed.digest, message.type) != (entry["digest"], entry["type"]):
                raise BrokenError(
                    f"It is the message {signed.digest} of type {message.type}; comity.json names another.",
                    code="bundle:message",
                )
            if str(message.dossier) != opened.manifest["release"]["dossier"]:
                raise BrokenError("The message is of another dossier.", code="bundle:message", place="dossier")
            signed.verify(opened.key(message.sender, signed.signature.key_id))
            report.proved(entry["path"], f"{message.type}, signed by {message.sender} for {message.recipient}.")
            _check_predecessors(entry["path"], message, accounted, report)
            _check_items(opened, entry["path"], message, report)


def _check_predecessors(path: str, message: Message, accounted: set[str], report: Report) -> None:
    for digest in message.follows:
        report.expect(
            digest in accounted,
            f"{path}, follows",
            f"Its predecessor {digest[:16]}… is here or stated as left out.",
            f"Its predecessor {digest} is neither here nor stated as left out.",
        )


def _check_items(opened: Opened, path: str, message: Message, report: Report) -> None:
    """A message about custody says what the bundle shows: description, conditions, events."""
    if message.type == "evidence.returned":
        for number, export in enumerate(_entries(message, "custody")):
            place = f"{path}, body.custody[{number}]"
            reference = export["item"].get("reference") if isinstance(export.get("item"), dict) else None
            chain = opened.chains.get(str(reference), [])
            transfer = last_of(chain, EventType.TRANSFERRED)
            length = transfer.event.sequence + 1 if transfer else 0
            expected = {
                "item": opened.records.get(str(reference)),
                "conditions": transfer.event.facts.get("conditions") if transfer else None,
                "handling": transfer.event.facts.get("handling") if transfer else None,
                "events": _events(chain[:length]),
            }
            _compare(export, expected, place, "the record of the bundle", report)
    elif message.type == "evidence.countersigned":
        for number, entry in enumerate(_entries(message, "items")):
            place = f"{path}, body.items[{number}]"
            chain = opened.chains.get(str(entry.get("item")), [])
            first, last = last_of(chain, EventType.TRANSFERRED), last_of(chain, EventType.COUNTERSIGNED)
            ours = chain[first.event.sequence + 1 : last.event.sequence + 1] if first and last else []
            _compare(entry, {"countersignature": {"events": _events(ours)}}, place, "custody", report)


def _entries(message: Message, member: str) -> list[dict[str, Any]]:
    entries = message.body.get(member)
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise BrokenError("The message does not list its items.", code="bundle:message", place=f"body.{member}")
    return entries


def _events(chain: list[SignedEvent]) -> list[dict[str, Any]]:
    return [signed.to_json() for signed in chain]


def _compare(found: Mapping[str, Any], expected: Mapping[str, Any], place: str, what: str, report: Report) -> None:
    wrong = [name for name, value in expected.items() if value is None or found.get(name) != value]
    report.expect(
        not wrong,
        place,
        f"The signed message says the same as {what}: {', '.join(expected)}.",
        f"The signed message says otherwise than {what}: {', '.join(wrong)}.",
    )


def check_letters(opened: Opened, report: Report) -> None:
    """Each cover letter is the one a transfer, or our record of its post, names; one that is not here is absent."""
    named = {}
    for reference, chain in opened.chains.items():
        sent = last_of(chain, EventType.TRANSFERRED) or last_of(chain, EventType.CHECKED)
        letter = sent.event.facts.get("letter") if sent is not None and sent in opened.proved else None
        if sent is not None and isinstance(letter, str) and letter:
            came = arrival_of(chain)
            named[letter] = (reference, came[1] if came else sent.event.authority)
    for entry in opened.manifest["letters"]:
        found = opened.digests.get(entry["path"])
        if found is not None:
            report.expect(
                found == entry["digest"] and found in named,
                entry["path"],
                f"The {entry['kind']} with which {named.get(found, ('', ''))[1]} vouches for what it sent.",
                "No transfer of an item here names this letter.",
            )
    present = {entry["digest"] for entry in opened.manifest["letters"]}
    for digest, (reference, authority) in sorted(named.items()):
        if digest not in present:
            report.absent(f"item {reference}", f"The cover letter of {authority} is not in the bundle.")


def check_left_out(opened: Opened, report: Report) -> None:
    """What is left out stands as a salted digest with its reason; one that is opened opens to what it says."""
    seen: set[str] = set()
    for number, entry in enumerate(opened.manifest["left_out"]):
        place = f"comity.json, left_out[{number}]"
        with report.breaking(place):
            if entry["kind"] not in LEFT_OUT_KINDS or not entry["reason"].strip() or entry["salted"] in seen:
                raise BrokenError("It says neither what is left out nor why, or says it twice.", code="bundle:left-out")
            seen.add(entry["salted"])
            if (entry["salt"] is None) != (entry["digest"] is None):
                raise BrokenError("It is opened by half.", code="bundle:left-out")
            if entry["salt"] is not None and salted_digest(from_b64(entry["salt"]), entry["digest"]) != entry["salted"]:
                raise BrokenError("Its salted digest is not that of what it names.", code="bundle:left-out")
            which = f" {entry['digest'][:16]}…" if entry["digest"] else ""
            report.note(place, f"Left out: {entry['kind']}{which}, because {entry['reason']}.")
