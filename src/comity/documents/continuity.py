"""Two sheets for when the ledger is down: the continuity pack, and a dossier as two officers opened it without ledger.

    pack     {"at", "clocks": [{"number", "reference", "title", "counterpart", "effect", "provision", "due"}],
              "contacts": [{"code", "name", "lines": [text]}]}
    opened   {"title", "reference", "facts": [[phrase key, text]], "glass": [[phrase key, text]],
              "clocks": [{"effect", "provision", "due", "met"}],
              "parts": [{"id", "measure": code, "state": code, "until"}],
              "told": [{"title": phrase key, "text"}], "contacts": …,
              "timeline": [{"at", "kind": message | verb, "name": code, "by"}]}

Phase, basis, parts and what happened come as their codes and are told in the words of the sheet's language.

Neither is a letter: they bear no seal and prove nothing but what a person needs at the telephone.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from comity.documents.blocks import Block, row, rows, section, table, text
from comity.documents.sheet import Telling, sheet
from comity.documents.wording import check_language, stage
from comity.forms.catalogue import term

_CODES = frozenset({"glass_until", "glass_journal", "glass_reference", "glass_numbers"})
PACK, OPENED = "continuity-pack", "opened-without-ledger"


def compose_pack(content: Mapping[str, Any], context: Mapping[str, Any], language: str) -> dict[str, Any]:
    """The open clocks on liberty of one authority, the earliest due first, and whom to call."""
    telling = Telling(content, {**context, "sealed": False}, check_language(language))
    clocks = [_clock(telling, one) for one in content["clocks"]]
    sections = [
        *(clocks or [section(telling.phrase("pack_clocks"), [text(telling.phrase("pack_none"))])]),
        section(telling.phrase("glass_contacts"), [_contacts(telling)]),
    ]
    opening = [telling.phrase("pack_opening", at=str(content["at"]))]
    return sheet(telling, PACK, telling.phrase("pack_title"), sections, opening=opening)


def _clock(telling: Telling, one: Mapping[str, Any]) -> Block | None:
    """One clock as a section of its own, to be read out at the telephone."""
    named = [
        row(telling.phrase("glass_due"), one["due"] or telling.phrase("glass_no_day"), mono=bool(one["due"])),
        row(telling.phrase("glass_clock"), one["effect"]),
        row(telling.phrase("glass_provision"), one["provision"]),
        row(telling.phrase("glass_counterpart"), one["counterpart"]),
        row(telling.phrase("glass_name"), one["title"]),
        row(telling.phrase("glass_reference"), one["reference"], mono=True),
    ]
    return section(one["number"] or telling.phrase("glass_dossier"), [rows(named)])


def compose_opened(content: Mapping[str, Any], context: Mapping[str, Any], language: str) -> dict[str, Any]:
    """What a dossier holds that is needed at once, with who opened it, why, and until when."""
    telling = Telling(content, {**context, "sealed": False}, check_language(language))
    clocks = [
        [one["effect"], one["provision"], one["due"] or telling.phrase("glass_no_day"), one["met"]]
        for one in content["clocks"]
    ]
    head = [telling.phrase(key) for key in ("glass_clock", "glass_provision", "glass_due", "glass_met")]
    sections = [
        section(telling.phrase("glass_who"), [_named(telling, content["glass"])]),
        section(telling.phrase("glass_dossier"), [_named(telling, content["facts"])]),
        section(telling.phrase("glass_clocks"), [table(head, clocks, mono=[2, 3])]),
        section(telling.phrase("glass_parts"), [rows(_part(telling, one) for one in content["parts"])]),
        *(section(telling.phrase(one["title"]), [text(one["text"])]) for one in content["told"]),
        section(telling.phrase("glass_contacts"), [_contacts(telling)]),
        section(telling.phrase("glass_timeline"), [_timeline(telling)]),
    ]
    opening = [telling.phrase("glass_opening")]
    return sheet(telling, OPENED, telling.phrase("glass_title"), sections, opening=opening)


def _named(telling: Telling, pairs: Iterable[tuple[str, str]]) -> Block | None:
    """Rows of label and value; a ground, a phase and a basis are told in words."""
    told: Mapping[str, Callable[[str], str]] = {
        "glass_ground": lambda code: telling.phrase(f"glass_{code}"),
        "glass_phase": lambda code: stage("phase", code, telling.language),
        "glass_basis": telling.instrument,
    }
    return rows(row(telling.phrase(key), told.get(key, str)(value), mono=key in _CODES) for key, value in pairs)


def _part(telling: Telling, one: Mapping[str, Any]) -> Block:
    measure = term("measure", one["measure"], telling.language)
    state = stage("part", one["state"], telling.language)
    return row(f"{one['id']}) {measure}", f"{state} {one['until']}".strip())


def _contacts(telling: Telling) -> Block | None:
    head = [telling.phrase("glass_counterpart"), telling.phrase("glass_call")]
    body = [
        [f"{telling.name(one['name'])} ({one['code']})", "\n".join(one["lines"]) or telling.phrase("not_stated")]
        for one in telling.content["contacts"]
    ]
    return table(head, body, mono=[1])  # a telephone number reads from the left in every language


def _timeline(telling: Telling) -> Block | None:
    head = [telling.phrase(key) for key in ("dated", "glass_what", "glass_by")]
    body = [
        [one["at"], stage(one["kind"], one["name"], telling.language), one["by"]] for one in telling.content["timeline"]
    ]
    return table(head, body, mono=[0])


def as_text(data: Mapping[str, Any]) -> str:
    """A composed sheet as plain lines, for a screen or a printer that knows no PDF."""
    lines = [data["ribbon"]["exercise"], data["title"], "=" * len(data["title"]), "", *data["opening"]]
    for number, part in enumerate(data["sections"], start=1):
        lines += ["", f"{number}. {part['title']}", "-" * (len(part["title"]) + 4)]
        for block in part["blocks"]:
            lines += _lines(block)
    return "\n".join(lines).strip() + "\n"


def _lines(block: Block) -> list[str]:
    if block["kind"] == "rows":
        return [f"{one['label']}: {one['value']}" for one in block["rows"]]
    if block["kind"] == "table":
        return [" | ".join(block["head"]), *(" | ".join(_flat(cell) for cell in line) for line in block["rows"])]
    return list(block["paragraphs"])


def _flat(cell: str) -> str:
    return " / ".join(cell.split("\n"))
