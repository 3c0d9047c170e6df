"""Checking the evidence of one message's way offline: who signed it, who stated what of it, whose word is whose.

Pure: no network, no database. What is proved rests on the keys; `trust` says which of them the reader knows.
"""

from collections.abc import Collection, Mapping

from comity.evidence.report import Report
from comity.exchange.delivery_file import DeliveryFile, expect_agreement, read_delivery
from comity.exchange.receipt import Receipt, ReceiptKind
from comity.exchange.statement import open_statement, read_statement, stated_by
from comity.seals.keys import VerifyingKey
from comity.values.errors import BrokenError
from comity.values.instant import instant_text

SAID: Mapping[ReceiptKind, str] = {
    ReceiptKind.SUBMISSION_ACCEPTANCE: "it had signed and queued the message",
    ReceiptKind.SUBMISSION_REJECTION: "it did not accept the message for sending",
    ReceiptKind.RELAY_ACCEPTANCE: "it passed the message on",
    ReceiptKind.RELAY_REJECTION: "it refuses the message",
    ReceiptKind.RELAY_FAILURE: "the message could not be brought to the recipient's node",
    ReceiptKind.DELIVERY: "the message had arrived and taken effect",
    ReceiptKind.NON_DELIVERY: "no receipt of delivery had come in time",
    ReceiptKind.RETRIEVAL: "a person had opened the dossier of the message",
    ReceiptKind.NON_RETRIEVAL: "no word of a retrieval had come in time",
}
OWN_WORD = "its own word, that the other did not sign"


def verify_delivery(data: bytes, trust: Collection[str] | None = None) -> Report:
    """One line per thing proved, broken or to be noted."""
    report = Report()
    file = None
    with report.breaking("file"):
        file = read_delivery(data)
    if file is None:
        return report
    keys = _keys(file, frozenset(trust or ()), report)
    _check_message(file, keys, report)
    stated = set()
    for number, statement in enumerate(file.statements):
        with report.breaking(f"statements[{number}]"):
            stated.add(_check_statement(f"statements[{number}]", statement, file, keys, report).kind)
    _say_what_is_absent(stated, report)
    return report


def _keys(file: DeliveryFile, trust: frozenset[str], report: Report) -> dict[tuple[str, str], VerifyingKey]:
    found: dict[tuple[str, str], VerifyingKey] = {}
    for number, (code, key) in enumerate(file.keys):
        place = f"keys[{number}]"
        found[code, key.key_id] = key
        if key.fingerprint in trust:
            report.proved(place, f"The key of {code} is one you trust: {key.fingerprint}.")
        elif trust:
            report.breaks(place, f"The key of {code}, {key.fingerprint}, is none of those you trust.")
        else:
            report.note(place, f"Compare with what {code} tells you over another channel: {key.fingerprint}.")
    return found


def _key(keys: Mapping[tuple[str, str], VerifyingKey], code: str, key_id: str) -> VerifyingKey:
    if (code, key_id) not in keys:
        raise BrokenError(f"The file carries no key {key_id[:40]} of {code}.", code="delivery:key")
    return keys[code, key_id]


def _check_message(file: DeliveryFile, keys: Mapping[tuple[str, str], VerifyingKey], report: Report) -> None:
    signed = file.signed
    if signed is None:
        report.note("content", f"The message is not shown; statements name it by its SHA-256 {file.digest}.")
        return
    with report.breaking("content"):
        expect_agreement(file)
        message = signed.message
        signed.verify(_key(keys, message.sender, signed.signature.key_id))
        when = instant_text(message.at)
        report.proved("content", f"{message.type} of {when}, signed by {message.sender} for {message.recipient}.")


def _check_statement(
    place: str, data: bytes, file: DeliveryFile, keys: Mapping[tuple[str, str], VerifyingKey], report: Report
) -> Receipt:
    said, key_id = read_statement(data)
    by = stated_by(said)
    receipt = open_statement(data, _key(keys, by, key_id))
    if (receipt.sender, receipt.recipient) != (file.sender, file.recipient) or receipt.digest not in ("", file.digest):
        raise BrokenError("The statement is about another message.", code="delivery:other")
    if file.signed is not None and receipt.message_id != file.signed.message.id:
        raise BrokenError("The statement is about a message of another id.", code="delivery:other")
    whose = f" ({OWN_WORD})" if by == file.sender else ""
    why = f" Reason: {receipt.reason}" if receipt.reason else ""
    when = instant_text(receipt.at)
    report.proved(place, f"{receipt.kind}: {by} states{whose} that by {when} {SAID[receipt.kind]}.{why}")
    return receipt


def _say_what_is_absent(stated: set[ReceiptKind], report: Report) -> None:
    if not stated & {ReceiptKind.DELIVERY, ReceiptKind.RELAY_REJECTION}:
        report.absent("statements", "Nothing here is the recipient's word that the message arrived or was refused.")
    elif ReceiptKind.RETRIEVAL not in stated:
        report.absent("statements", "Nothing here is the recipient's word that a person opened it.")
