"""Checking that custody events stand in the ledger of the authority that signed them (RFC 6962, C2SP checkpoints)."""

from collections.abc import Mapping
from typing import Any

from comity.evidence.manifest import LEDGER_SHAPE, read_shaped
from comity.evidence.opened import Opened
from comity.evidence.report import Report
from comity.exchange.witnessing import witness_name
from comity.safeguards.ledger import leaf_of, origin
from comity.seals.canonical import decode, from_b64
from comity.seals.checkpoint import Checkpoint, cosigned_at, open_checkpoint
from comity.seals.merkle import verify_inclusion
from comity.seals.timestamp import proved_time, stamps_of, stated_time
from comity.values.errors import BrokenError
from comity.values.instant import instant_text


def check_ledgers(opened: Opened, report: Report) -> None:
    """Each checkpoint by its signature, each entry by its path to the root, each event by its entry."""
    events = {signed.event.digest: signed.event for chain in opened.chains.values() for signed in chain}
    entered: set[str] = set()
    for part in opened.manifest["ledgers"]:
        with report.breaking(part["checkpoint"]):
            checkpoint = _checkpoint(opened, part, report)
            report.proved(
                part["checkpoint"], f"The ledger of {part['authority']} with {checkpoint.size} entries, signed by it."
            )
            _check_stamps(opened, part, checkpoint, report)
            with report.breaking(part["entries"]):
                entries = read_shaped(opened.text(part["entries"]), LEDGER_SHAPE, part["entries"])
                for number, entry in enumerate(entries):
                    place = f"{part['entries']}, entry {number}"
                    with report.breaking(place):
                        digest = _check_entry(part["authority"], entry, checkpoint)
                        event = events.get(digest)
                        if event is None or event.authority != part["authority"] or digest in entered:
                            raise BrokenError("It is not the entry of an event of this bundle.", code="bundle:ledger")
                        entered.add(digest)
                        report.proved(
                            place,
                            f"Event '{event.type.value}' stands in the ledger of {event.authority} at {entry['seq']}.",
                        )
    authorities = {part["authority"] for part in opened.manifest["ledgers"]}
    for digest, event in sorted(events.items(), key=lambda pair: (pair[1].item, pair[1].sequence)):
        if event.authority in authorities and digest not in entered:
            report.breaks(
                f"item {event.item}, event {event.sequence}",
                f"The ledger of {event.authority} is here, without the entry of this event.",
            )
    for authority in sorted({event.authority for event in events.values()} - authorities):
        report.absent(f"ledger of {authority}", "Its ledger is not in the bundle; its signatures stand for themselves.")


def _checkpoint(opened: Opened, part: Mapping[str, Any], report: Report) -> Checkpoint:
    try:
        text = opened.text(part["checkpoint"]).decode()
    except UnicodeDecodeError as error:
        raise BrokenError("The checkpoint is not text.", code="checkpoint:form") from error
    checkpoint = _signed_by_one(text, opened, part["authority"])
    _check_witnesses(text, opened, part, report)
    if checkpoint.origin != origin(part["authority"]):
        raise BrokenError("The checkpoint is that of another log.", code="checkpoint:origin")
    return checkpoint


def _check_witnesses(text: str, opened: Opened, part: Mapping[str, Any], report: Report) -> None:
    """Each cosignature of an authority whose key is here; those of others are ignored, as the format asks."""
    for name, key in sorted(opened.keys.items()):
        code = name.partition("/")[0]
        try:
            at = cosigned_at(text, key, witness_name(code))
        except BrokenError as error:
            if error.code != "checkpoint:unsigned":
                raise
        else:
            report.proved(part["checkpoint"], f"Cosigned by {code} at {instant_text(at)}.")


def _check_stamps(opened: Opened, part: Mapping[str, Any], checkpoint: Checkpoint, report: Report) -> None:
    """Each timestamp over the checkpoint (RFC 3161): proved where the reader trusts its authority, else only read."""
    for answer in stamps_of(opened.text(part["checkpoint"]).decode()):
        place = f"{part['checkpoint']}, timestamp"
        with report.breaking(place):
            if opened.timestamp_roots:
                at = proved_time(answer, checkpoint.body(), opened.timestamp_roots)
                report.proved(place, f"A timestamp authority saw this checkpoint at {instant_text(at)}.")
            else:
                at = stated_time(answer, checkpoint.body())
                report.note(
                    place,
                    f"A timestamp over this checkpoint says {instant_text(at)}; who signed it was not verified. "
                    "Use --timestamp-roots.",
                )


def _signed_by_one(text: str, opened: Opened, authority: str) -> Checkpoint:
    """The checkpoint under whichever key of the authority signed it; the first key's fault where none did."""
    fault: BrokenError | None = None
    names = [name for name in opened.keys if name.startswith(f"{authority}/")]
    for key in [opened.key(authority), *(opened.keys[name] for name in names)]:
        try:
            return open_checkpoint(text, key)
        except BrokenError as error:
            fault = fault or error
    raise fault or BrokenError("The checkpoint is not signed.", code="checkpoint:unsigned")


def _check_entry(authority: str, entry: Mapping[str, Any], checkpoint: Checkpoint) -> str:
    """The digest of the event that an entry holds, once the entry is proved to stand in the log."""
    data = from_b64(entry["entry"])
    leaf = leaf_of(from_b64(entry["salt"]), data)
    proof = [from_b64(step) for step in entry["proof"]]
    verify_inclusion(leaf, entry["seq"], checkpoint.size, proof, checkpoint.root)
    value = decode(data)
    facts = value.get("facts") if isinstance(value, dict) else None
    if not isinstance(facts, dict) or (value.get("authority"), value.get("seq")) != (authority, entry["seq"]):
        raise BrokenError("The entry is that of another log or place.", code="bundle:ledger")
    return str(facts.get("digest"))
