"""The check of grounds: for one side's own file, the grounds of refusal as both sides weighed them, gate and matrix.

    content   {"language", "request": {"title", "reference"}, "on", "instrument",
               "measures": [{"measure", "parts", "lines": [{"provision", "kind", "condition", "predicted", "found",
               "verified"}], "notes": [text]}], "same", "all", "differing": [provision],
               "gate": {"name", "at", "digest"} or null, "assurances": [{"given_by", "on", "text"}],
               "dual": {"name", "at", "met", "digest", "note"} or null, "dual_lines": [{"measure", "offence", "finding",
               "parts", "missing": [text], "provision"}]}

A finding is CLEAR, BARRED, UNSETTLED, or empty where a side did not weigh the ground.
"""

from collections.abc import Mapping
from typing import Any

from comity.documents.blocks import Block, row, rows, section, table, text
from comity.documents.sheet import Telling, sheet
from comity.forms.catalogue import has_term, term


def compose_check(telling: Telling) -> dict[str, Any]:
    """The sheet in one language; the grounds themselves stand in the words of the register."""
    content = telling.content
    request = content.get("request") or {}
    named_as = (telling.name(request.get("title")), str(request.get("reference") or ""))
    named = [
        row(telling.phrase("check_request"), ", ".join(filter(None, named_as))),
        row(telling.phrase("check_instrument"), telling.instrument(content.get("instrument"))),
        row(telling.phrase("check_on"), telling.day(content.get("on"))),
    ]
    sections = [
        section(telling.phrase("check_of_request"), [rows(named), text(_agreement(telling))]),
        *(_measure(telling, one) for one in content.get("measures", [])),
        section(telling.phrase("gate_title"), [text(_gate(telling)), *_assurances(telling)]),
        section(telling.phrase("dual_title"), [_dual_table(telling), text(_dual(telling))]),
    ]
    return sheet(
        telling,
        "check-of-grounds",
        telling.phrase("check_title"),
        sections,
        opening=[telling.phrase("check_opening")],
        notes=[telling.phrase("check_texts_note")],
    )


def _agreement(telling: Telling) -> str:
    content = telling.content
    if not content.get("all"):
        return telling.phrase("check_one_side")
    told = telling.phrase("check_agree", same=str(content["same"]), all=str(content["all"]))
    differing = "; ".join(telling.provision(str(one)) for one in content.get("differing", []))
    return f"{told} {telling.phrase('check_differ', provisions=differing)}" if differing else told


def _measure(telling: Telling, one: Mapping[str, Any]) -> Block | None:
    head = [telling.phrase(f"check_head_{name}") for name in ("provision", "ground", "predicted", "found")]
    body = [
        [
            _provision(telling, line),
            str(line.get("condition") or ""),
            _finding(telling, line.get("predicted")),
            _finding(telling, line.get("found")),
        ]
        for line in one.get("lines", [])
    ]
    title = telling.phrase("check_measure", measure=_word(telling, "measure", one.get("measure")), parts=_parts(one))
    return section(title, [table(head, body), text("\n\n".join(map(str, one.get("notes", []))), quiet=True)])


def _provision(telling: Telling, line: Mapping[str, Any]) -> str:
    kind = str(line.get("kind") or "")
    marks = [telling.phrase(kind) if kind in {"mandatory", "optional"} else ""]
    marks.append("" if line.get("verified") else telling.phrase("not_verified"))
    return "\n".join([telling.provision(str(line.get("provision") or "")), *filter(None, marks)])


def _finding(telling: Telling, finding: Any) -> str:
    words = {"CLEAR": "check_clear", "BARRED": "check_barred", "UNSETTLED": "check_unsettled"}
    return telling.phrase(words.get(str(finding), "check_none"))


def _gate(telling: Telling) -> str:
    signed = telling.content.get("gate")
    if not signed:
        return telling.phrase("gate_open")
    return telling.phrase("gate_signed", name=str(signed["name"]), date=telling.day(signed["at"]))


def _assurances(telling: Telling) -> list[Block | None]:
    return [
        text(
            telling.phrase(
                "assurance_given", by=str(one["given_by"]), date=telling.day(one["on"]), text=str(one["text"])
            )
        )
        for one in telling.content.get("assurances", [])
    ]


def _dual_table(telling: Telling) -> Block | None:
    head = [telling.phrase(key) for key in ("check_of_request", "check_head_ground", "check_head_found")]
    body = [
        [
            telling.phrase("check_measure", measure=_word(telling, "measure", one.get("measure")), parts=_parts(one)),
            "\n".join([_word(telling, "offence", one.get("offence")), *map(str, one.get("missing", []))]),
            _conduct(telling, one.get("finding")),
        ]
        for one in telling.content.get("dual_lines", [])
    ]
    return table(head, body)


def _conduct(telling: Telling, finding: Any) -> str:
    words = {"CLEAR": "dual_clear", "BARRED": "dual_barred"}
    return telling.phrase(words.get(str(finding), "check_unsettled"))


def _dual(telling: Telling) -> str:
    signed, lines = telling.content.get("dual"), telling.content.get("dual_lines")
    if not lines:
        return telling.phrase("dual_not_asked")
    if not signed:
        return telling.phrase("dual_open")
    key = "dual_signed_met" if signed.get("met") else "dual_signed_not"
    told = telling.phrase(key, name=str(signed["name"]), date=telling.day(signed["at"]))
    return "\n\n".join(filter(None, (told, str(signed.get("note") or ""))))


def _parts(one: Mapping[str, Any]) -> str:
    return ", ".join(f"{part})" for part in one.get("parts", []))


def _word(telling: Telling, kind: str, code: Any) -> str:
    return term(kind, str(code), telling.language) if has_term(kind, str(code)) else str(code or "")
