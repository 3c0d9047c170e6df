"""What the statements that are spelled once insert, find and write is what the ORM would, in every table that has them."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, models, transaction

from comity.evidence.models import Party
from comity.exchange.models import StoredMessage
from comity.requests.models import Dossier
from comity.safeguards.models import LedgerEntry
from comity.safeguards.models.spelled import Spelled
from tests.conftest import MOMENT

pytestmark = pytest.mark.django_db

GIVEN = (
    (models.DateTimeField, lambda number: MOMENT + timedelta(microseconds=number)),
    (models.DateField, lambda number: date(2026, 11, number + 1)),
    (models.UUIDField, lambda number: UUID(int=number)),
    (models.JSONField, lambda number: {"naïve": [number, None, "%s", {"deep": True}]}),
    (models.BooleanField, lambda number: number % 2 == 0),
    (models.BinaryField, lambda number: b"\xff" + bytes([number])),
    (models.IntegerField, lambda number: number),
    (models.TextField, lambda number: f"{number} 'quoted' 100%"),
    (models.CharField, lambda number: f"{number}é"[:2]),
)


def spelled(base: type[Spelled] = Spelled) -> list[type[Spelled]]:
    found = [one for below in base.__subclasses__() for one in spelled(below)]
    return found or ([] if base._meta.abstract else [base])


def made(table: type[Any], number: int, *, empty: bool = False) -> Any:
    """A new row with a value in every column, or none where none may stand."""
    row = table()
    for field in table._meta.concrete_fields:
        if isinstance(field, models.AutoField | models.BigAutoField):
            continue
        if field.remote_field:
            below = made(field.related_model, number)
            below.save()
            value = below.pk
        elif empty and field.null:
            value = None
        else:
            value = next(give for kind, give in GIVEN if isinstance(field, kind))(number)
        setattr(row, field.attname, value)
    if table.__name__ == "Authority":
        row.has_node = not empty
    if table.__name__ == "Correction":
        row.state = "proposed"
        row.proposed_by, row.decided_by, row.ending_by, row.withdrawn_by = "abcd"
    return row


def columns(row: Any) -> dict[str, Any]:
    held = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    return {name: bytes(value) if isinstance(value, memoryview) else value for name, value in held.items()}


def stored(row: Any) -> dict[str, Any]:
    return columns(type(row).objects.get(pk=row.pk))


@pytest.mark.parametrize("empty", [False, True])
@pytest.mark.parametrize("table", spelled(), ids=lambda table: table.__name__)
def test_a_row_is_inserted_found_and_written_back_as_by_the_orm(table: type[Any], empty: bool) -> None:
    row = made(table, 1, empty=empty)
    row.insert()
    assert row.pk
    assert not row._state.adding
    assert stored(row) == columns(row)
    found = table.held(pk=row.pk)
    assert {name: type(value) for name, value in columns(found).items()} == {
        name: type(value) for name, value in stored(row).items()
    }
    assert columns(found) == stored(row)
    other = made(table, 2, empty=not empty)
    other.pk = row.pk
    other.put()
    assert stored(row) == columns(other)
    changes = {name: value for name, value in columns(row).items() if name != table._meta.pk.attname}
    written = other.changed(changes)
    assert columns(written) == columns(row) == stored(row)


def test_every_table_in_the_path_of_a_message_is_among_them() -> None:
    assert {table.__name__ for table in spelled()} >= {"Authority", "StoredMessage", "Outbox", "Dossier", "LedgerEntry"}


def test_rows_are_found_by_what_their_columns_are_and_by_what_is_not_there() -> None:
    for number in (3, 1, 2):
        row = made(StoredMessage, number)
        row.holder = "CH-FOJ"
        row.insert()
    numbers = [row.message_id.int for row in StoredMessage.all_held(holder="CH-FOJ")]
    assert numbers == [3, 1, 2]
    few = [UUID(int=1), UUID(int=3)]
    assert [row.message_id for row in StoredMessage.all_held(holder="CH-FOJ", among=("message_id", few))] == few[::-1]
    assert StoredMessage.all_held(among=("message_id", [])) == []
    assert StoredMessage.told("message_id", "at", holder="CH-FOJ", type="2é") == [
        [UUID(int=2), MOMENT + timedelta(microseconds=2)]
    ]
    assert StoredMessage.held(holder="CH-FOJ", message_id=UUID(int=9)) is None
    dossier = made(Dossier, 1, empty=True)
    dossier.insert()
    assert Dossier.held(due=None, lock=True) == dossier
    assert Dossier.held(due=MOMENT) is None
    assert Dossier.where("due IS NULL") == [dossier]


def test_a_row_changes_only_where_it_is_what_was_expected() -> None:
    row = made(Dossier, 1)
    row.version = 4
    row.insert()
    assert row.changed({"title": "later", "version": 5}, version=3) is None
    assert Dossier.objects.get().title == row.title
    written = row.changed({"title": "later", "version": 5}, version=4)
    assert (written.title, written.version, row.version) == ("later", 5, 4)


def test_a_place_that_is_taken_is_refused_by_the_table() -> None:
    made(LedgerEntry, 1).insert()
    with pytest.raises(IntegrityError), transaction.atomic():
        made(LedgerEntry, 1).insert()


def test_a_row_that_is_there_already_is_not_inserted_again() -> None:
    first, second = made(Party, 1), made(Party, 1)
    assert first.insert_unless_there()
    assert not second.insert_unless_there()
    assert Party.objects.get() == first
    assert second.pk is None
