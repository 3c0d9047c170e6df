"""The double of the signatures tells the same story as the real ones, refuses all they refuse, and ends with its seed."""

from dataclasses import replace

import pytest

from comity.seals.keys import SigningKey, VerifyingKey
from comity.seals.signing import verify
from comity.simulation import episode
from comity.simulation.double import Double, Real, cryptography_of, is_real
from comity.simulation.episode import Episode
from comity.simulation.report import simulate
from comity.simulation.workload import Correspondence
from comity.values.errors import BrokenError, InvalidInputError

SEEDS = (b"1" * 32, b"2" * 32)
KIND, CONTENT = "message", b"what is signed"


@pytest.fixture
def short(monkeypatch):
    monkeypatch.setattr(episode, "STEPS", 15)


@pytest.mark.usefixtures("short")
def test_real_and_double_tell_one_story():
    """Of letters; of dossiers that end in evidence in `test_results`."""
    real, double = (Episode(3, 0, 2, Correspondence(), cryptography).run() for cryptography in (Real(), Double()))
    assert (real.real, double.real) == (True, False)
    assert real.trace == double.trace
    assert real.faults == double.faults
    assert (real.violations, double.violations) == ([], [])


def test_a_tenth_of_the_seeds_is_real_in_letters_and_in_dossiers():
    chosen = [seed for seed in range(200) if is_real(seed)]
    assert len(chosen) == 20
    assert len([seed for seed in chosen if seed % 2]) == 10
    assert [isinstance(cryptography_of(seed), Real) for seed in (0, 1, 11)] == [True, False, True]


@pytest.mark.usefixtures("short")
def test_the_report_says_how_many_were_real():
    report = simulate(seed=19, nodes=2, episodes=2, workload=lambda _number: Correspondence())
    assert (report.episodes, report.real_cryptography) == (2, 1)
    assert report.to_json()["real_cryptography"] == 1


def test_a_keyed_half_holds_only_while_its_double_is_entered():
    double = Double()
    key = double.signing_key(*SEEDS)
    signature = key.sign(KIND, CONTENT)
    with double:
        verify(key.public, KIND, CONTENT, signature)
        verify(VerifyingKey.from_json(key.public.to_json()), KIND, CONTENT, signature)
    for code in ("seal:ed25519", "seal:mldsa"):
        half = replace(SigningKey.from_seeds(*SEEDS).sign(KIND, CONTENT), **{code[5:]: getattr(signature, code[5:])})
        with pytest.raises(BrokenError) as refused:
            verify(key.public, KIND, CONTENT, half)
        assert refused.value.code == code
    with Double() as another, pytest.raises(BrokenError):
        another.signing_key(*SEEDS)
        verify(key.public, KIND, CONTENT, signature)


def test_within_it_all_is_refused_that_the_real_ones_refuse():
    with Double() as double:
        key, other = double.signing_key(*SEEDS), double.signing_key(SEEDS[1], SEEDS[0])
        signature = key.sign(KIND, CONTENT)
        bent = bytes([signature.mldsa[0] ^ 1]) + signature.mldsa[1:]
        tail = signature.mldsa[:-1] + b"\x01"
        for public, kind, content, signed in (
            (key.public, "receipt", CONTENT, signature),
            (key.public, KIND, CONTENT + b"!", signature),
            (key.public, KIND, CONTENT, replace(signature, mldsa=bent)),
            (key.public, KIND, CONTENT, replace(signature, mldsa=tail)),
            (key.public, KIND, CONTENT, replace(signature, ed25519=signature.mldsa[:64])),
            (other.public, KIND, CONTENT, replace(signature, key_id=other.key_id)),
        ):
            with pytest.raises(BrokenError):
                verify(public, kind, content, signed)
        assert key.sign(KIND, CONTENT) != signature, "like ML-DSA it never signs twice the same"
        with pytest.raises(InvalidInputError):
            VerifyingKey(b"short", b"short")
        real = SigningKey.from_seeds(b"3" * 32, b"4" * 32)
        verify(real.public, KIND, CONTENT, real.sign(KIND, CONTENT))


def test_a_double_never_gives_its_secret_away():
    """Such a key cannot be written into a keyring."""
    with pytest.raises(AttributeError):
        Double().signing_key(*SEEDS).seeds()
