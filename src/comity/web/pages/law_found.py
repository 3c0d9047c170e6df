"""What the page of the legal basis shows: each basis with its questions and sources, the map, the printed sheet."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from comity.law.answer import Basis, BasisAnswer
from comity.law.basis import find_bases
from comity.law.bilateral_force import age_of, treaty_verdict
from comity.law.channels import Lane, channel_for
from comity.law.instrument import Instrument
from comity.law.register import Register
from comity.law.state_sheet import standing_verdict
from comity.values.verdict import Finding, Reason
from comity.web import vocabulary
from comity.web.checking.matter import carried
from comity.web.entrance import now
from comity.web.law_names import language, party_name
from comity.web.pages.law_frame import Notes
from comity.web.world import world

PRINTED_BASES = 5
"""The printed answer is one sheet: so many bases stand on it with provision and source, the rest by code."""
ANSWER = "a."
"""Answers to questions stand in the address as `a.<question>=yes|no`, so that a finding can be sent as a link."""


@dataclass(frozen=True, slots=True)
class AskedInPlace:
    """A question beneath a basis, the answer already given in the address, and whether it changes the finding."""

    id: str
    text: str
    provision: str
    given: str


@dataclass(frozen=True, slots=True)
class BasisLine:
    """A basis with its questions, the way a request travels on it, and its sources by number."""

    basis: Basis
    questions: tuple[AskedInPlace, ...]
    lane: Lane | None = None
    provision: str = ""
    """The provision that reaches the measure, or leaves it open."""
    as_of: str = ""
    notes: tuple[int, ...] = ()

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """The reasons, without those that a question beneath them says already."""
        said = {f"Not answered: {asked.text}" for asked in self.questions if not asked.given}
        return tuple(reason for reason in self.basis.reasons if reason.text not in said)


def lines_of(
    register: Register, answer: BasisAnswer, bare: BasisAnswer, given: Mapping[str, bool], notes: Notes
) -> Iterator[BasisLine]:
    """Each basis with all it asks: `bare` is the answer before anything was answered, so that no answer is lost."""
    register = register.at(answer.on)
    asked = {basis.instrument: basis.questions for basis in bare.bases}
    for basis in answer.bases:
        questions = dict.fromkeys((*asked.get(basis.instrument, ()), *basis.questions))
        open_ids = {question.id for question in basis.questions}
        instrument = register.instrument(basis.instrument)
        reached = instrument.measures[answer.measure].provision.article
        doubt = next((one.provision for one in basis.reasons if one.finding is basis.finding), reached)
        yield BasisLine(
            basis,
            tuple(
                AskedInPlace(q.id, q.text, q.provision, _word(given.get(q.id)))
                for q in questions
                if q.id in given or q.id in open_ids
            ),
            channel_for(register, instrument, answer.requesting, answer.requested, urgent=False),
            reached if basis.finding is Finding.CLEAR else doubt,
            min(basis.as_of, now().date().isoformat()),
            tuple(dict.fromkeys(notes.number(*one) for one in _read_where(register, instrument, answer))),
        )


def _read_where(
    register: Register, instrument: Instrument, answer: BasisAnswer
) -> Iterator[tuple[tuple[str, ...], str]]:
    """Where a basis was read: its text, then the rows of the two States or of the treaty, each with its age."""
    if instrument.states:
        for row in register.treaty(instrument.code).rows:
            yield (row.source,), row.as_of
        if instrument.code not in register.deep:
            return
    else:
        for state in (answer.requesting, answer.requested):
            listed = register.participation(instrument.code, state)
            if listed:
                yield (listed.source,), listed.as_of
    if instrument.sources:
        yield instrument.sources, ""


def _word(answer: bool | None) -> str:
    return "" if answer is None else "yes" if answer else "no"


def found(register: Register, facts: Mapping[str, Any], given: Mapping[str, bool], today: date) -> dict[str, Any]:
    """The answer with its bases in groups, the map with how each State stands, and what the printed sheet holds."""
    inquiry = {name: facts[name] for name in ("measure", "offence", "on")} | {"today": today}
    notes = Notes(today)
    answer = find_bases(register, facts["requesting"], facts["requested"], **inquiry, answers=given)
    bare = find_bases(register, facts["requesting"], facts["requested"], **inquiry) if given else answer
    lines = list(lines_of(register, answer, bare, given, notes))
    reaching = [line for line in lines if line.basis.finding is not Finding.BARRED]
    clear = [line for line in lines if line.basis.finding is Finding.CLEAR]
    silent = [line for line in reaching if line.basis.silent]
    known = [line for line in reaching if not line.basis.silent]
    printed = known[:PRINTED_BASES]
    numbers = {number for line in printed for number in line.notes}
    first = (clear or known)[:1]
    standing = standing_under(register, first[0].basis.instrument, answer, today) if first else {}
    return {
        "answer": answer,
        "given": [(f"{ANSWER}{name}", "yes" if value else "no") for name, value in given.items()],
        "reaching": known,
        "barred": [line for line in lines if line.basis.finding is Finding.BARRED],
        "clear": clear,
        "paper": printed[1:],
        "further": list(_by_finding(known[PRINTED_BASES:])),
        "silent": silent,
        "notes": [note for note in notes.lines if note["number"] in numbers],
        "answered_at": now(),
        "requesting": answer.requesting,
        "requested": answer.requested,
        **standing,
        "world": world(language(), answer.requesting, answer.requested, standing.get("standing", {})),
        "carried": carried(
            {name: str(facts[name]) for name in ("requesting", "requested", "measure", "offence", "on")}
        ),
    }


def standing_under(register: Register, code: str, answer: BasisAnswer, today: date) -> dict[str, Any]:
    """How the two States stand under the instrument that stands first, and every other State it lists."""
    register = register.at(answer.on)
    instrument = register.instrument(code)
    sides = (("requesting", answer.requesting), ("requested", answer.requested))
    if instrument.kind == "comity":
        return {}
    if instrument.states:
        treaty = register.treaty(code)
        verdict = treaty_verdict(treaty, register.treaties_by_pair[treaty.pair], answer.on, today)
        facts = {
            "finding": verdict.finding,
            "verified": all(reason.verified for reason in verdict.reasons),
            "status": "in_force" if "in_force" in treaty.statuses else next(iter(sorted(treaty.statuses))),
            "since": max(treaty.force_days).isoformat() if treaty.force_days else "",
            "day": min(age_of(treaty), today.isoformat()),
        }
        both = [{"side": side, "state": state, "name": party_name(state), **facts} for side, state in sides]
        return {"lead": code, "standings": both, "standing": {}}
    findings = {
        state: standing_verdict(register, instrument, state, answer.on, today)
        for state in {*register.participations.get(code, {}), answer.requesting, answer.requested}
    }
    both = []
    for side, state in sides:
        row = register.participation(code, state)
        both.append(
            {
                "side": side,
                "state": state,
                "name": party_name(state),
                "finding": findings[state].finding,
                "verified": all(reason.verified for reason in findings[state].reasons),
                "status": row.status if row else "unknown",
                "since": row.in_force if row else "",
                "day": min(row.known_from, today).isoformat() if row and row.known_from else "",
            }
        )
    marks = {state: one.finding.value.lower() for state, one in findings.items() if one.finding is not Finding.BARRED}
    return {"lead": code, "standings": both, "standing": marks}


def _by_finding(lines: list[BasisLine]) -> Iterator[tuple[Any, list[str]]]:
    """The codes of instruments under the word of their finding."""
    for finding, word in vocabulary.FINDINGS.items():
        codes = [line.basis.instrument for line in lines if line.basis.finding is finding]
        if codes:
            yield word, codes
