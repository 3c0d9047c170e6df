"""What a section of a document is made of: plain data that the fixed templates set; no block carries markup.

text: paragraphs · rows: label and value · list: numbered questions · parts: lettered measures with blocks of
their own · table: columns with heads. `verified: false` prints the mark *not verified* beside the label.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from comity.documents.wording import paragraphs

Block = dict[str, Any]


def text(value: str, *, quiet: bool = False) -> Block | None:
    found = paragraphs(value)
    return {"kind": "text", "paragraphs": found, "quiet": quiet} if found else None


def row(label: str, value: str, *, verified: bool = True, mono: bool = False) -> Block:
    return {"label": label, "value": value, "verified": verified, "mono": mono}


def rows(entries: Iterable[Block]) -> Block | None:
    """Label and value; a row without a value is left out."""
    kept = [entry for entry in entries if entry["value"]]
    return {"kind": "rows", "rows": kept} if kept else None


def numbered(label: str, items: Sequence[str]) -> Block | None:
    kept = [item for item in items if item]
    return {"kind": "list", "label": label, "items": kept} if kept else None


def part(mark: str, title: str, blocks: Iterable[Block | None], *, note: str = "") -> Block:
    return {"mark": mark, "title": title, "note": note, "blocks": [block for block in blocks if block]}


def parts(items: Sequence[Block]) -> Block | None:
    return {"kind": "parts", "parts": list(items)} if items else None


def table(head: Sequence[str], body: Sequence[Sequence[str]], *, mono: Sequence[int] = ()) -> Block | None:
    """Columns under heads; `mono` names the columns set in fixed width, counted from 0."""
    if not body:
        return None
    return {"kind": "table", "head": list(head), "rows": [list(line) for line in body], "mono": list(mono)}


def section(
    title: str, blocks: Iterable[Block | None], *, provision: str = "", verified: bool = True, mark: str = ""
) -> Block | None:
    """A numbered section; one without content is left out. `mark` replaces the running number (`A` of an annex)."""
    kept = [block for block in blocks if block]
    if not kept:
        return None
    return {"title": title, "provision": provision, "verified": verified, "mark": mark, "blocks": kept}


def unverified(sections: Iterable[Block]) -> bool:
    """Whether anything in these sections prints with the mark *not verified*."""
    return any(
        not item["verified"]
        or any(not entry["verified"] for block in item["blocks"] if block["kind"] == "rows" for entry in block["rows"])
        for item in sections
    )
