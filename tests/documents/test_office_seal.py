import asyncio
import random
import re
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.authorities.certificates import issue_office_seal
from comity.documents.letters import compose_letter
from comity.documents.office_seal import OfficeSeal, seal_pdf
from comity.documents.seal_check import check_pdf_seal
from comity.documents.typesetting import typeset
from comity.values.errors import InvalidInputError, RefusedError
from tests.documents.specimens import AT, CONTEXT

OFFICE = "Office fédéral fictif de la justice"
SEAL_NAME = f"Seal of {OFFICE}"


def issued(state: str, office: str) -> OfficeSeal:
    return OfficeSeal.from_bytes(*issue_office_seal(state, office, AT))


SEAL = issued("CH", OFFICE)
LETTER = typeset("reminder", compose_letter("reminder", {"number": 1}, CONTEXT, "fr"), "fr", at=AT)
SEALED = seal_pdf(LETTER, SEAL, reason="Transmission", at=AT)
TRUST = [SEAL.certificate_der]


def test_a_seal_holds_and_says_whose_it_is_and_when() -> None:
    check = check_pdf_seal(SEALED, TRUST)
    assert (check.state, check.signer, check.at) == ("valid", SEAL_NAME, AT)
    assert check.fingerprint == SEAL.fingerprint
    assert check.to_json()["at"] == "2026-11-03T09:00:00.000Z"


def test_sealing_adds_to_the_file_and_changes_nothing_of_it() -> None:
    assert SEALED.startswith(LETTER)
    added = SEALED[len(LETTER) :]
    assert b"/Version /2.0" not in added
    assert b"/Type /Metadata" not in added
    assert b"ETSI.CAdES.detached" in added
    assert b"/M (D\\07220261103090000Z)" in added


def test_a_certificate_nobody_pinned_is_unknown_and_a_letter_without_seal_has_none() -> None:
    other = issued("CO", "Another office")
    assert check_pdf_seal(SEALED, []).state == "unknown-signer"
    assert check_pdf_seal(SEALED, [other.certificate_der]).state == "unknown-signer"
    assert check_pdf_seal(LETTER, TRUST).state == "none"


def test_a_seal_of_the_same_name_with_another_key_is_not_the_office() -> None:
    forged = seal_pdf(LETTER, issued("CH", OFFICE), reason="Transmission", at=AT)
    check = check_pdf_seal(forged, TRUST)
    assert check.signer == SEAL_NAME
    assert check.state == "unknown-signer"


@settings(max_examples=60, deadline=None)
@given(st.integers(0, len(SEALED) - 1), st.integers(1, 255))
def test_one_changed_byte_anywhere_breaks_the_seal(position: int, difference: int) -> None:
    changed = bytearray(SEALED)
    changed[position] ^= difference
    assert check_pdf_seal(bytes(changed), TRUST).state == "broken"


def test_a_changed_word_of_the_letter_is_named_as_such() -> None:
    changed = bytearray(SEALED)
    changed[SEALED.index(b"/CreationDate") + 20] ^= 1
    check = check_pdf_seal(bytes(changed), TRUST)
    assert (check.state, check.detail) == ("broken", "The bytes of the file differ from those that were sealed.")
    assert check.signer == SEAL_NAME


def test_a_changed_byte_breaks_it_also_where_no_signature_reaches() -> None:
    """Inside the place of the seal: the message's version and algorithms, the zeros after it, the case of its digits."""
    start = SEALED.index(b"/Contents <") + len(b"/Contents <")
    end = SEALED.index(b">", start)
    inner = SEALED[start:end]
    versions = [found.start() for found in re.finditer(rb"020101", inner)]
    nulls = [found.start() for found in re.finditer(rb"0500", inner)]
    padding = len(inner.rstrip(b"0")) + 4
    assert padding < len(inner), "the place of the seal has room to spare"
    for offset in [*(at + 5 for at in versions), *(at + 1 for at in nulls), padding, len(inner) - 1]:
        changed = bytearray(SEALED)
        changed[start + offset] ^= 1
        assert check_pdf_seal(bytes(changed), TRUST).state == "broken", offset
    letter = next(at for at, digit in enumerate(inner) if digit in b"ABCDEF")
    lower = bytearray(SEALED)
    lower[start + letter] |= 0x20
    assert check_pdf_seal(bytes(lower), TRUST).state == "broken"


def test_what_is_added_after_the_seal_and_what_is_cut_off_breaks_it() -> None:
    assert check_pdf_seal(SEALED + b"\n", TRUST).state == "broken"
    assert check_pdf_seal(SEALED + LETTER, TRUST).state != "valid"
    for length in random.Random(3).sample(range(len(SEALED)), 12):
        assert check_pdf_seal(SEALED[:length], TRUST).state in ("broken", "none")


def test_what_is_no_pdf_is_broken_and_raises_nothing() -> None:
    for data in (b"", b"%PDF-", b"PK\x03\x04", b"%PDF-1.7\n" + b"/ByteRange" * 9):
        assert check_pdf_seal(data, TRUST).state == "broken"


def test_a_seal_used_before_or_after_its_certificate_is_broken() -> None:
    for at in (AT - timedelta(days=30), AT + timedelta(days=5000)):
        check = check_pdf_seal(seal_pdf(LETTER, SEAL, reason="Transmission", at=at), TRUST)
        assert (check.state, check.detail) == ("broken", "The certificate did not hold at the time the seal states.")


def test_a_sealed_file_is_not_sealed_again() -> None:
    with pytest.raises(RefusedError) as caught:
        seal_pdf(SEALED, SEAL, reason="Transmission", at=AT)
    assert caught.value.code == "document:sealed"


def test_a_seal_is_read_back_and_a_key_of_another_certificate_is_refused() -> None:
    back = OfficeSeal.from_bytes(SEAL.private_bytes(), SEAL.certificate_der)
    assert back.certificate == SEAL.certificate
    assert check_pdf_seal(seal_pdf(LETTER, back, reason="Transmission", at=AT), TRUST).state == "valid"
    other = issued("CO", "Another office")
    with pytest.raises(InvalidInputError, match="not the key of this certificate"):
        OfficeSeal.from_bytes(SEAL.private_bytes(), other.certificate_der)


def test_many_seals_fit_into_their_place() -> None:
    """The length of an ECDSA signature varies; every one must fit where room was left for it."""
    assert all(check_pdf_seal(seal_pdf(LETTER, SEAL, reason="x", at=AT), TRUST).state == "valid" for _ in range(12))


def test_sealing_works_inside_a_running_event_loop() -> None:
    async def inside() -> bytes:
        return seal_pdf(LETTER, SEAL, reason="Transmission", at=AT)

    # In a thread of its own: where pages were opened before in this process, the main thread has a loop already.
    with ThreadPoolExecutor(1) as thread:
        sealed = thread.submit(lambda: asyncio.run(inside())).result()
    assert check_pdf_seal(sealed, TRUST).state == "valid"


@pytest.mark.skipif(
    shutil.which("pdfsig") is None, reason="pdfsig (poppler-utils) is not installed: no second opinion."
)
def test_an_independent_tool_finds_the_seal_valid_and_a_changed_byte_not(tmp_path: Path) -> None:
    file = tmp_path / "sealed.pdf"

    def opinion(data: bytes) -> str:
        file.write_bytes(data)
        return subprocess.run(["pdfsig", file], capture_output=True, check=False).stdout.decode()

    good = opinion(SEALED)
    assert "Signature is Valid." in good
    assert "Total document signed" in good
    assert "ETSI.CAdES.detached" in good
    changed = bytearray(SEALED)
    changed[SEALED.index(b"/CreationDate") + 20] ^= 1
    assert "Digest Mismatch" in opinion(bytes(changed))


def test_the_time_of_sealing_is_the_one_handed_in() -> None:
    at = datetime(2027, 1, 31, 23, 59, 58, tzinfo=UTC)
    assert check_pdf_seal(seal_pdf(LETTER, SEAL, reason="x", at=at), TRUST).at == at
