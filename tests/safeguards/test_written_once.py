"""A row inserted by the statement that is spelled once is the row the ORM would have inserted."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction

from comity.safeguards.models import LedgerEntry
from tests.conftest import MOMENT

pytestmark = pytest.mark.django_db


def entry(seq: int, **changes: Any) -> LedgerEntry:
    given = {
        "at": MOMENT,
        "actor": "a",
        "event": "e",
        "subject": "s",
        "salt": b"\0" * 16,
        "entry": b"\xff",
        "leaf": b"l",
    }
    return LedgerEntry(authority="CH-FOJ", seq=seq, **given | changes)


def columns(row: LedgerEntry) -> dict[str, Any]:
    row.refresh_from_db()
    held = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    return {name: bytes(value) if isinstance(value, memoryview) else value for name, value in held.items()}


@pytest.mark.parametrize("changes", [{}, {"salt": None, "entry": None}, {"subject": "naïve — 'quoted' %s"}])
def test_it_is_the_row_that_save_would_have_inserted(changes: dict[str, Any]) -> None:
    inserted, saved = entry(1, **changes), entry(2, **changes)
    inserted.insert()
    saved.save()
    assert inserted.pk
    assert columns(saved) == columns(inserted) | {"id": saved.pk, "seq": 2}
    inserted.event = "later"
    inserted.save()
    assert LedgerEntry.objects.count() == 2


def test_a_place_that_is_taken_is_refused_by_the_table() -> None:
    entry(1).insert()
    with pytest.raises(IntegrityError), transaction.atomic():
        entry(1).insert()
