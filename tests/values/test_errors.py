"""Errors carry a stable code, a sentence, and where to look."""

import pytest

from comity.values import errors

CLASSES = [
    errors.InvalidInputError,
    errors.RefusedError,
    errors.ConflictError,
    errors.UnavailableError,
    errors.BrokenError,
    errors.SignInError,
    errors.MissingError,
]


@pytest.mark.parametrize("kind", CLASSES)
def test_every_error_gives_its_diagnostics_without_empty_fields(kind):
    plain = kind("What happened.")
    assert plain.diagnostics() == {"code": kind.code, "message": "What happened."}
    full = kind("What happened.", code="room:what", place="parts[1]", next_step="Try again.")
    assert full.diagnostics() == {
        "code": "room:what",
        "message": "What happened.",
        "place": "parts[1]",
        "next_step": "Try again.",
    }
    assert str(full) == "What happened."


def test_codes_are_enumerated_and_distinct():
    assert len({kind.code for kind in CLASSES}) == len(CLASSES)
    assert all(":" in kind.code for kind in CLASSES)


def test_absent_and_forbidden_answer_alike_without_being_told_how():
    assert errors.MissingError().diagnostics() == errors.MissingError().diagnostics()
    assert "address" in errors.MissingError().message
