"""Facts as CSV (RFC 4180, with a header) and as JSON: written in one spelling, read back to the same facts.

A file is read whole before anything is used: every fault names its file and line. In CSV a text that a table program
would take for a formula is written behind an apostrophe, and read back without it.
"""

import csv
import io
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from comity.law.correction import COLUMNS, Fact, fact_of
from comity.values.errors import InvalidInputError

FORMATS = ("csv", "json")
MOST_BYTES, MOST_ROWS = 3 << 20, 20_000
_UNSAID = {name: value for name, value in Fact("").to_json().items() if name != "kind"}
_FORMULA = ("=", "+", "-", "@", "\t", "'")


@dataclass(frozen=True, slots=True)
class Row:
    """A fact and where it stands: the line of the CSV file, or the entry of the JSON list, counted from 1."""

    fact: Fact
    place: str


def write_facts(facts: Iterable[Fact], format_: str) -> bytes:
    """All facts in one spelling, UTF-8, lines ended by a line feed."""
    if format_ == "json":
        rows = [{name: value for name, value in fact.to_json().items() if value != _UNSAID.get(name)} for fact in facts]
        lines = ",\n".join(f"  {json.dumps(row, ensure_ascii=False)}" for row in rows)
        return (f"[\n{lines}\n]\n" if rows else "[]\n").encode()
    if format_ != "csv":
        raise InvalidInputError(f"'{format_[:20]}' is no format; write csv or json.", code="law:format", place="format")
    sheet = io.StringIO(newline="")
    writer = csv.writer(sheet, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([_inert(getattr(fact, name)) for name in COLUMNS] for fact in facts)
    return sheet.getvalue().encode()


def read_facts(content: bytes, name: str) -> tuple[Row, ...]:
    """The facts of a file named `*.csv` or `*.json`. Raises `InvalidInputError` with file, line and reason."""
    if len(content) > MOST_BYTES:
        raise _fault(name, f"{name} is larger than {MOST_BYTES >> 20} MiB.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise _fault(f"{name}:{line}", f"{name}, line {line}: this is not UTF-8 text.") from error
    read = _read_json(text, name) if name.casefold().endswith(".json") else _read_csv(text, name)
    if len(read) > MOST_ROWS:
        raise _fault(name, f"{name} holds {len(read)} rows; at most {MOST_ROWS} are taken at once.")
    return tuple(read)


def _read_csv(text: str, name: str) -> list[Row]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = next(reader, [])
        if "kind" not in header:
            raise _fault(f"{name}:1", f"{name}, line 1: the first line names the columns, 'kind' among them.")
        rows, line = [], 2
        for cells in reader:
            if cells:
                place = f"{name}:{line}"
                if len(cells) != len(header):
                    text = f"{name}, line {line}: {len(cells)} cells, but {len(header)} columns are named."
                    raise _fault(place, text)
                given = {column: _plain(cell) for column, cell in zip(header, cells, strict=True)}
                rows.append(_row(given, place))
            line = reader.line_num + 1
    except csv.Error as error:
        raise _fault(f"{name}:{reader.line_num}", f"{name}, line {reader.line_num}: {error}.") from error
    return rows


def _read_json(text: str, name: str) -> list[Row]:
    try:
        given = json.loads(text, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", 1)
        raise _fault(f"{name}:{line}", f"{name}, line {line}: {error}.") from error
    if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
        raise _fault(f"{name}:1", f"{name}: a list of facts is wanted, each an object of columns.")
    return [_row(one, f"{name}:entry {number}") for number, one in enumerate(given, start=1)]


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({name for name, _ in pairs}) != len(pairs):
        raise ValueError("a column stands twice in one object")
    return dict(pairs)


def _row(given: dict[str, Any], place: str) -> Row:
    try:
        return Row(fact_of(given), place)
    except InvalidInputError as error:
        raise at_place(error, place) from error


def at_place(error: InvalidInputError, place: str) -> InvalidInputError:
    """The same fault with the file and line at which it stands."""
    file, _, line = place.rpartition(":")
    where = f"{file}, {line if line.startswith('entry') else f'line {line}'}"
    text = f"{where}, {error.place}: {error.message}"
    return InvalidInputError(text, code=error.code, place=place, next_step=error.next_step)


def _inert(value: str) -> str:
    return f"'{value}" if value.startswith(_FORMULA) else value


def _plain(cell: str) -> str:
    return cell.removeprefix("'")


def _fault(place: str, text: str) -> InvalidInputError:
    return InvalidInputError(f"{text} Nothing was taken.", code="law:file", place=place)
