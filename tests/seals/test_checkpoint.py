"""Checkpoints: readable by any C2SP witness, and believed only with both of our signatures."""

import base64
import itertools
from datetime import UTC, datetime

import pytest

from comity.seals.checkpoint import (
    ED25519_TYPE,
    MLDSA_TYPE,
    Checkpoint,
    cosignature,
    cosigned_at,
    key_hash,
    open_checkpoint,
    sign_checkpoint,
    with_lines,
)
from comity.seals.keys import SigningKey
from comity.seals.merkle import EMPTY_ROOT
from comity.seals.signing import verify_ed25519
from comity.values.errors import BrokenError, InvalidInputError

KEY = SigningKey.from_seeds(bytes(32), bytes(range(32)))
WITNESS = SigningKey.from_seeds(bytes(range(32)), bytes(32))
AT = datetime(2026, 11, 21, 18, 28, 44, tzinfo=UTC)
HEAD = Checkpoint("CH-FOJ/ledger", 20852163, bytes(range(32)))
NOTE = sign_checkpoint(HEAD, KEY)
BODY, ED25519_LINE, MLDSA_LINE = NOTE.split("\n\n")[0] + "\n", *NOTE.split("\n\n")[1].splitlines(keepends=True)


def refused(text: str, key=KEY.public, name=None) -> str:
    with pytest.raises(BrokenError) as caught:
        open_checkpoint(text, key, name=name)
    return caught.value.code


def test_a_checkpoint_comes_back_from_its_note():
    assert open_checkpoint(NOTE, KEY.public) == HEAD
    empty = Checkpoint("CO-MJD/ledger", 0, EMPTY_ROOT)
    assert open_checkpoint(sign_checkpoint(empty, KEY), KEY.public) == empty


def test_the_body_is_that_of_the_specification():
    """C2SP tlog-checkpoint, its example text."""
    root = base64.b64decode("CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=")
    body = Checkpoint("example.com/behind-the-sofa", 20852163, root).body()
    assert body == b"example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"


def test_our_ed25519_note_signature_is_the_published_one():
    """golang.org/x/mod/sumdb/note, its example: key PeterNeumann+c74f20a3, text and signature line."""
    seed = base64.b64decode("AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")
    public = base64.b64decode("ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
    assert seed[:1] == public[:1] == ED25519_TYPE
    key = SigningKey.from_seeds(seed[1:], bytes(32))
    text = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
    blob = key_hash("PeterNeumann", ED25519_TYPE, public[1:]) + key.sign_note(text.encode()).ed25519
    assert key.public.ed25519 == public[1:]
    assert blob[:4].hex() == "c74f20a3"
    assert base64.b64encode(blob).decode() == (
        "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
    )


def test_a_witness_that_knows_only_ed25519_can_verify_the_note_as_it_stands():
    blob = base64.b64decode(ED25519_LINE.split(" ")[2])
    assert blob[:4] == key_hash("CH-FOJ/ledger", b"\x01", KEY.public.ed25519)
    verify_ed25519(KEY.public, BODY.encode(), blob[4:])


def test_both_halves_are_required_and_each_must_hold():
    assert refused(BODY + "\n" + ED25519_LINE) == "checkpoint:unsigned"
    assert refused(BODY + "\n" + MLDSA_LINE) == "checkpoint:unsigned"
    assert refused(BODY + "\n" + ED25519_LINE + ED25519_LINE) == "checkpoint:unsigned"
    other = sign_checkpoint(Checkpoint("CH-FOJ/ledger", 1, HEAD.root), KEY).split("\n\n")[1].splitlines(keepends=True)
    assert refused(BODY + "\n" + other[0] + MLDSA_LINE) == "seal:ed25519"
    assert refused(BODY + "\n" + ED25519_LINE + other[1]) == "seal:mldsa"
    assert refused(BODY + "\n" + ED25519_LINE + MLDSA_LINE + other[1]) == "seal:mldsa"


def test_another_key_or_another_name_is_not_believed():
    assert refused(NOTE, WITNESS.public) == "checkpoint:unsigned"
    assert refused(NOTE, KEY.public, "CO-MJD") == "checkpoint:unsigned"
    assert refused(NOTE.replace("CH-FOJ/ledger\n", "CO-MJD/ledger\n", 1)) == "checkpoint:unsigned"


def test_our_signature_under_a_line_with_another_name_is_not_ours():
    assert refused(BODY + "\n" + ED25519_LINE.replace("CH-FOJ/ledger", "CO-MJD") + MLDSA_LINE) == "checkpoint:unsigned"


def test_as_many_lines_as_the_format_asks_for_are_read():
    """C2SP signed-note: verifiers must accept at least 16 signatures."""
    assert open_checkpoint(NOTE + "— a QUJDREU=\n" * 62, KEY.public) == HEAD


@pytest.mark.parametrize(("old", "new"), [("20852163\n", "20852164\n"), ("AAECAwQ", "AAECAwU")])
def test_a_changed_head_is_refused(old, new):
    assert old in NOTE
    assert refused(NOTE.replace(old, new, 1)) == "seal:ed25519"


def test_every_single_bit_of_the_text_counts():
    raw = NOTE.encode()
    for bit in range(len((BODY + "\n" + ED25519_LINE).encode()) * 8):
        changed = bytearray(raw)
        changed[bit // 8] ^= 1 << bit % 8
        text = changed.decode("utf-8", errors="replace")
        assert refused(text).split(":")[0] in {"checkpoint", "seal"}


def test_a_witness_adds_its_lines_and_both_are_believed_under_their_names():
    both = with_lines(NOTE, cosignature(HEAD, "CO-MJD", WITNESS, AT))
    assert both.startswith(NOTE)
    assert open_checkpoint(both, KEY.public) == HEAD
    assert cosigned_at(both, WITNESS.public, "CO-MJD") == AT
    assert refused(both, WITNESS.public, "CO-MJD") == "checkpoint:unsigned"
    for key, name in ((KEY, "CO-MJD"), (WITNESS, "CO-FGN")):
        with pytest.raises(BrokenError) as caught:
            cosigned_at(both, key.public, name)
        assert caught.value.code == "checkpoint:unsigned"
    foreign = both + "— someone.example/else " + base64.b64encode(bytes(68)).decode() + "\n"
    assert open_checkpoint(foreign, KEY.public) == HEAD


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n\n",
        BODY,
        BODY + "\n",
        NOTE[:-1],
        NOTE + "\n",
        "\n" + NOTE,
        NOTE.replace("20852163", "020852163", 1),
        NOTE.replace("20852163", "+20852163", 1),
        NOTE.replace("20852163", "٢٠٨٥٢١٦٣", 1),
        NOTE.replace("20852163", "9" * 20, 1),
        NOTE.replace("CH-FOJ/ledger", "CH FOJ", 1),
        NOTE.replace("CH-FOJ/ledger", "CH+FOJ", 1),
        NOTE.replace("CH-FOJ/ledger\n", "\n", 1),
        NOTE.replace("=\n\n", "=\nan extension line\n\n", 1),
        NOTE.replace("=\n\n", "\n\n", 1),
        NOTE.replace("Hh8=\n\n", "Hh9=\n\n", 1),
        NOTE.replace("\n", "\r\n"),
        NOTE.replace("— ", "- ", 1),
        NOTE.replace("— ", "—  ", 1),
        NOTE + "— name not*base64\n",
        NOTE + "— name\n",
        NOTE + "— a QUJDREU=\n" * 63,
        NOTE + "— a " + "Q" * (256 << 10) + "\n",
    ],
)
def test_what_is_not_exactly_a_checkpoint_is_refused(text):
    assert refused(text) == "checkpoint:form"


@pytest.mark.parametrize(
    "arguments",
    [
        ("", 0, EMPTY_ROOT),
        ("a b", 0, EMPTY_ROOT),
        ("a+b", 0, EMPTY_ROOT),
        ("a\n1", 0, EMPTY_ROOT),
        ("a", -1, EMPTY_ROOT),
        ("a", 0, b""),
    ],
)
def test_a_checkpoint_that_cannot_be_written_is_not_made(arguments):
    with pytest.raises(InvalidInputError) as caught:
        Checkpoint(*arguments)
    assert caught.value.code == "checkpoint:form"


def test_a_witness_name_that_would_break_the_line_is_refused():
    for name in ("", "a b", "a\nb", "a+b"):
        with pytest.raises(InvalidInputError):
            cosignature(HEAD, name, WITNESS, AT)


def test_key_hashes_of_names_kinds_and_keys_do_not_collide():
    keys = (KEY.public.ed25519, WITNESS.public.ed25519)
    hashes = {key_hash(*parts) for parts in itertools.product(("a", "b"), (ED25519_TYPE, MLDSA_TYPE), keys)}
    assert len(hashes) == 8


def test_a_cosignature_is_of_one_checkpoint_and_one_moment():
    """C2SP tlog-cosignature: the Ed25519 half covers the time and the note, so that any tool can check it."""
    lines = cosignature(HEAD, "CO-MJD", WITNESS, AT)
    blob = base64.b64decode(lines.splitlines()[0].split(" ")[2])
    time = int(AT.timestamp())
    assert int.from_bytes(blob[4:12]) == time
    covered = f"cosignature/v1\ntime {time}\n".encode() + HEAD.body()
    WITNESS.public.ed25519_key.verify(blob[12:], covered)
    later = blob[:4] + (time + 1).to_bytes(8) + blob[12:]
    changed = lines.replace(base64.b64encode(blob).decode(), base64.b64encode(later).decode())
    other = cosignature(HEAD, "CO-MJD", WITNESS, AT.replace(second=45))
    mixed = lines.splitlines(keepends=True)[0] + other.splitlines(keepends=True)[1]
    longer = Checkpoint(HEAD.origin, HEAD.size + 1, HEAD.root)
    spliced = (
        lines.splitlines(keepends=True)[0] + cosignature(longer, "CO-MJD", WITNESS, AT).splitlines(keepends=True)[1]
    )
    for note, code in (
        (NOTE + changed, "seal:ed25519"),
        (NOTE + mixed, "checkpoint:unsigned"),
        (NOTE + lines.splitlines(keepends=True)[0], "checkpoint:unsigned"),
        (sign_checkpoint(longer, KEY) + lines, "seal:ed25519"),
        (NOTE + spliced, "seal:mldsa"),
    ):
        with pytest.raises(BrokenError) as caught:
            cosigned_at(note, WITNESS.public, "CO-MJD")
        assert caught.value.code == code
