"""Rows whose statements are spelled once a table and kept, where the ORM would compile each anew.

For the tables in the path of every message and every act. What is written and read is what the ORM writes and reads.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import cache
from typing import Any, Self, TypeAlias, TypeVar, cast
from uuid import UUID

from django.db import models, transaction

Field: TypeAlias = "models.Field[Any, Any]"
Fields: TypeAlias = "tuple[models.Field[Any, Any], ...]"
Table = type[models.Model]
Row = TypeVar("Row", bound=models.Model)
Write = Callable[[Any, Any], Any] | None
"""How a column's value goes to the database, given its connection; None for one that goes as it is."""
Read = Callable[[Any], Any] | None
"""How a column's value comes from the database; None for one that comes as it is."""


class Spelled(models.Model):
    """A row that is inserted, found by its columns, and written back by one statement each."""

    class Meta:
        abstract = True

    def insert(self) -> None:
        """Insert this new row and learn the key that the database gave it; IntegrityError as from `save`."""
        self._inserted(_insertion(type(self)))

    def insert_unless_there(self) -> bool:
        """Insert this new row if no constraint of its table names one that is there already; whether it is new."""
        return self._inserted(_insertion(type(self), "ON CONFLICT DO NOTHING "))

    def _inserted(self, spelled: "tuple[str, Fields, list[Write], bool]") -> bool:
        statement, fields, writers, numbered = spelled
        here = transaction.get_connection()
        with here.cursor() as cursor:
            cursor.execute(statement, _written([getattr(self, field.attname) for field in fields], writers, here))
            if numbered:
                given = cursor.fetchone()
                if given is None:
                    return False
                [self.pk] = given
            elif not cursor.rowcount:
                return False
        self._state.adding, self._state.db = False, here.alias
        return True

    def put(self) -> None:
        """Write every column of this row, which is there."""
        statement, fields, writers = _putting(type(self))
        here = transaction.get_connection()
        with here.cursor() as cursor:
            cursor.execute(statement, _written([getattr(self, field.attname) for field in fields], writers, here))

    @classmethod
    def held(cls, *, lock: bool = False, **columns: Any) -> Self | None:
        """The row with exactly these columns, the first by its key; `lock` as `select_for_update`."""
        found = cls.all_held(lock=lock, **columns)
        return found[0] if found else None

    @classmethod
    def all_held(
        cls, *, lock: bool = False, among: tuple[str, Sequence[Any]] | None = None, **columns: Any
    ) -> list[Self]:
        """The rows with exactly these columns, all without any, by their keys; `among`: a column and its few values."""
        names, alias = _columns(cls, ())[0], transaction.get_connection().alias
        return [cls.from_db(alias, names, row) for row in _found(cls, (), columns, lock=lock, among=among)]

    @classmethod
    def told(
        cls, *names: str, lock: bool = False, among: tuple[str, Sequence[Any]] | None = None, **columns: Any
    ) -> list[list[Any]]:
        """Of the rows that `all_held` would find, the values of the columns named."""
        return _found(cls, names, columns, lock=lock, among=among)

    @classmethod
    def where(cls, condition: str) -> list[Self]:
        """The rows of which a condition holds that is spelled in SQL, by their keys."""
        table, key, (names, columns, readers) = cls._meta.db_table, cls._meta.pk.column, _columns(cls, ())
        here = transaction.get_connection()
        with here.cursor() as cursor:
            cursor.execute(f'SELECT {columns} FROM "{table}" WHERE {condition} ORDER BY "{key}"')  # noqa: S608 - names and conditions of our own
            return [cls.from_db(here.alias, names, _read(row, readers)) for row in cursor.fetchall()]

    def changed(self, changes: Mapping[str, Any], **expected: Any) -> Self | None:
        """The row as it stands once these columns are written, if those still have what is expected; None if not."""
        here = transaction.get_connection()
        statement, writers = _change(type(self), tuple(changes), tuple(expected))
        values = _written([*changes.values(), *expected.values(), self.pk], writers, here)
        with here.cursor() as cursor:
            cursor.execute(statement, values)
            row = cursor.fetchone()
        names, _, readers = _columns(type(self), ())
        return None if row is None else self.from_db(here.alias, names, _read(row, readers))


class WrittenOnce(Spelled):
    """A row that stays as it was inserted."""

    class Meta:
        abstract = True

    @classmethod
    def insert_many(cls, rows: Iterable[Sequence[Any]]) -> None:
        """Insert rows given as the values of all fields but the key, in their order, by one statement run for each."""
        statement, _, writers, _ = _insertion(cls)
        here = transaction.get_connection()
        values = [_written(row, writers, here) for row in rows]
        with here.cursor() as cursor:
            cursor.executemany(statement.partition(" RETURNING ")[0], values)


def _found(
    table: Table,
    names: tuple[str, ...],
    columns: Mapping[str, Any],
    *,
    lock: bool = False,
    among: tuple[str, Sequence[Any]] | None = None,
) -> list[list[Any]]:
    if among is not None and not among[1]:
        return []
    here = transaction.get_connection()
    which = tuple((name, value is None) for name, value in columns.items())
    few = (among[0], len(among[1])) if among else None
    locking = lock and here.features.has_select_for_update
    statement, writers, readers = _selection(table, names, which, few, locking)
    given = [value for value in columns.values() if value is not None] + list(among[1] if among else ())
    with here.cursor() as cursor:
        cursor.execute(statement, _written(given, writers, here))
        return [_read(row, readers) for row in cursor.fetchall()]


def _written(values: Iterable[Any], writers: Sequence[Write], here: Any) -> list[Any]:
    return [value if write is None else write(value, here) for value, write in zip(values, writers, strict=True)]


def _read(held: Sequence[Any], readers: Sequence[Read]) -> list[Any]:
    return [value if read is None or value is None else read(value) for value, read in zip(held, readers, strict=True)]


_PLAIN = (models.CharField, models.TextField, models.IntegerField, models.BooleanField, models.BinaryField)


def _time(value: datetime | None, here: Any) -> Any:
    return here.ops.adapt_datetimefield_value(value)


def _writer(field: "Field") -> Write:
    held = _beneath(field)
    if isinstance(held, _PLAIN):
        return None
    return _time if isinstance(held, models.DateTimeField) else field.get_db_prep_save


def _moment(value: Any) -> datetime:
    """SQLite gives the time in UTC without saying so, in what `RETURNING` tells as text."""
    told = datetime.fromisoformat(value) if isinstance(value, str) else value
    return told if told.tzinfo else told.replace(tzinfo=UTC)


def _day(value: Any) -> date:
    return date.fromisoformat(value) if isinstance(value, str) else value


_READERS: tuple[tuple[type["models.Field[Any, Any]"], Callable[[Any], Any]], ...] = (
    (models.DateTimeField, _moment),
    (models.DateField, _day),
    (models.UUIDField, lambda value: UUID(value) if isinstance(value, str) else value),
    (models.JSONField, json.loads),
    (models.BooleanField, bool),
)
"""How a column's value is read that one of the databases gives in another form; the first that fits."""


def _reader(field: "Field") -> Read:
    return next((read for kind, read in _READERS if isinstance(_beneath(field), kind)), None)


def _beneath(field: "Field") -> "Field":
    """The field whose values a column holds: of a foreign key the other table's."""
    return field.target_field if isinstance(field, models.ForeignKey) else field


def _named(table: Table, names: Iterable[str]) -> "list[Field]":
    meta = table._meta  # noqa: SLF001 - Django's own documented way to a model's fields
    return [cast("Field", meta.pk if name == "pk" else meta.get_field(name)) for name in names]


@cache
def _columns(table: Table, names: tuple[str, ...]) -> tuple[list[str], str, list[Read]]:
    """Of the fields named, or of all: the attributes of a row, the columns in SQL, and how each value is read."""
    fields = _named(table, names) or list(table._meta.concrete_fields)  # noqa: SLF001 - as above
    columns = ", ".join(f'"{field.column}"' for field in fields)
    return [field.attname for field in fields], columns, [_reader(field) for field in fields]


@cache
def _insertion(table: Table, clause: str = "") -> "tuple[str, Fields, list[Write], bool]":
    """The statement that inserts a row, the fields whose values it takes and how, and whether it tells a new key."""
    meta = table._meta  # noqa: SLF001 - as above
    key = meta.pk
    numbered = isinstance(key, models.AutoField | models.BigAutoField)
    fields = tuple(field for field in meta.concrete_fields if not (numbered and field is key))
    columns = ", ".join(f'"{field.column}"' for field in fields)
    places = ", ".join(["%s"] * len(fields))
    statement = f'INSERT INTO "{meta.db_table}" ({columns}) VALUES ({places}) {clause}'.rstrip()  # noqa: S608 - names of our own tables and columns
    told = f' RETURNING "{key.column}"' if numbered else ""
    return statement + told, fields, [_writer(field) for field in fields], numbered


@cache
def _selection(
    table: Table, names: tuple[str, ...], which: tuple[tuple[str, bool], ...], few: tuple[str, int] | None, lock: bool
) -> tuple[str, list[Write], list[Read]]:
    """The statement that finds rows by columns (each with whether it is to be null), and how values go and come."""
    meta = table._meta  # noqa: SLF001 - as above
    asked = list(zip(_named(table, [name for name, _ in which]), [null for _, null in which], strict=True))
    where = [f'"{field.column}" {"IS NULL" if null else "= %s"}' for field, null in asked]
    fields = [field for field, null in asked if not null]
    if few is not None:
        [one] = _named(table, [few[0]])
        where.append(f'"{one.column}" IN ({", ".join(["%s"] * few[1])})')
        fields += [one] * few[1]
    _, columns, readers = _columns(table, names)
    held = " AND ".join(where) or "TRUE"
    statement = f'SELECT {columns} FROM "{meta.db_table}" WHERE {held} ORDER BY "{meta.pk.column}"'  # noqa: S608 - names of our own tables and columns
    locking = f" {transaction.get_connection().ops.for_update_sql()}" if lock else ""
    return statement + locking, [_writer(field) for field in fields], readers


@cache
def _putting(table: Table) -> "tuple[str, Fields, list[Write]]":
    meta = table._meta  # noqa: SLF001 - as above
    fields = tuple(field for field in meta.concrete_fields if field is not meta.pk)
    columns = ", ".join(f'"{field.column}" = %s' for field in fields)
    statement = f'UPDATE "{meta.db_table}" SET {columns} WHERE "{meta.pk.column}" = %s'  # noqa: S608 - names of our own tables and columns
    taken = (*fields, meta.pk)
    return statement, taken, [_writer(field) for field in taken]


@cache
def _change(table: Table, names: tuple[str, ...], expected: tuple[str, ...]) -> tuple[str, list[Write]]:
    meta = table._meta  # noqa: SLF001 - as above
    fields, wheres = _named(table, names), _named(table, expected)
    columns = ", ".join(f'"{field.column}" = %s' for field in fields)
    where = "".join(f'"{field.column}" = %s AND ' for field in wheres)
    statement = f'UPDATE "{meta.db_table}" SET {columns} WHERE {where}"{meta.pk.column}" = %s'  # noqa: S608 - names of our own tables and columns
    taken = [*fields, *wheres, meta.pk]
    return f"{statement} RETURNING {_columns(table, ())[1]}", [_writer(field) for field in taken]
