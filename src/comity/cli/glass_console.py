"""What happens at the console when the glass is broken: who, why, a durable line, and only then the dossier."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from comity.authorities.limits import name_key
from comity.authorities.node_file import NodeFile
from comity.authorities.queries import actor_of, local_authorities
from comity.authorities.queries.console import officer_at_console
from comity.documents.continuity import OPENED, as_text, compose_opened
from comity.documents.typesetting import typeset
from comity.requests.papers import first_printed
from comity.requests.queries.liberty import contacts, glass_view, moment_text, opened_content
from comity.safeguards.actions.glass import expect_ledger_down
from comity.safeguards.glass import (
    Entry,
    Ground,
    Kind,
    Line,
    expect_ground,
    expect_room,
    expect_two,
    expect_words,
    lasts_until,
    standing,
    used_step,
)
from comity.safeguards.glass_file import GlassJournal
from comity.safeguards.queries import DOWN
from comity.values.actor import Act, Actor
from comity.values.errors import ComityError, InvalidInputError, RefusedError, SignInError, UnavailableError
from comity.values.reference import Reference


class Asker(Protocol):
    """Puts a question to the person at the console; a secret answer is not shown."""

    def __call__(self, question: str, *, secret: bool) -> str: ...


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked for, as it stands on the command line."""

    dossier: str
    ground: Ground
    text: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """The dossier as it may be shown now, and the line that says so."""

    line: Line
    data: dict[str, Any]
    at: datetime

    @property
    def text(self) -> str:
        return as_text(self.data)

    def pdf(self) -> bytes:
        return typeset(OPENED, self.data, str(self.data["language"]), at=self.at)


@dataclass(frozen=True, slots=True)
class Known:
    """An officer who proved who she is, with the time step of her code."""

    actor: Actor
    step: int


def journal_of(node: Any) -> GlassJournal:
    found: GlassJournal | None = node.glass()
    if found is None:
        raise InvalidInputError(
            "This node names no journal on other storage: the glass cannot be broken here. Nothing was shown.",
            code="glass:unprepared",
            next_step="The continuity pack is left. To prepare: comity node continuity prepare DIR --help",
        )
    return found


def open_by_two(node: Any, request: Request, *, ask: Asker, clock: Callable[[], datetime], act: Act) -> Sheet:
    """The dossier, once the ledger is down, two officers proved who they are, and the line is durable.

    Within four hours one of the two suffices. Raises UnavailableError where not even the officers can be read.
    """
    journal = journal_of(node)
    reference, words = Reference.parse(request.dossier), expect_words(request.text)
    try:
        expect_ledger_down(act, authority=local_authorities()[0].code, subject=reference)
        journal.expect_writable()
        now = journal.read()
        before = None if now.fault else standing(now.lines, str(reference), clock())
        known = _known(journal, reference, ask, clock, before)
        return _shown(node, journal, request, words, known, clock)
    except DOWN as error:
        raise UnavailableError(
            "The database cannot be read: neither officers nor dossiers are known. Nothing was shown.",
            code="glass:unreadable",
            next_step="The continuity pack is left: comity node continuity open FILE --help",
        ) from error


def _known(
    journal: GlassJournal, reference: Reference, ask: Asker, clock: Callable[[], datetime], before: Line | None
) -> list[Known]:
    """The two; or the one of them who looks again while the opening lasts."""
    first = _proved(journal, reference, ask, clock, "First officer")
    if before is not None and first.actor.id in before.entry.officers:
        return [first]
    second = _proved(journal, reference, ask, clock, "Second officer")
    _or_refused(journal, reference, clock, [first, second], lambda: expect_two(first.actor, second.actor))
    return [first, second]


def _proved(journal: GlassJournal, reference: Reference, ask: Asker, clock: Callable[[], datetime], who: str) -> Known:
    username = ask(f"{who}, user name", secret=False).strip()
    lines, name = journal.all_lines(), name_key(username)
    expect_room(lines, name, clock())
    password, code = ask("Password", secret=True), ask("One-time code", secret=True)
    at = clock()
    try:
        officer, step = officer_at_console(username, password, code, at, lambda one: used_step(lines, one))
    except SignInError:
        journal.append(at, Entry(Kind.REFUSED, "", str(reference), (name,), text="wrong sign-in"))
        raise
    return Known(actor_of(officer, stepped_up=True), step)


def _or_refused(
    journal: GlassJournal,
    reference: Reference,
    clock: Callable[[], datetime],
    known: Sequence[Known],
    rule: Callable[[], Any],
) -> Any:
    """What the rule answers; a refusal is a line too, and the codes that were given are used."""
    try:
        return rule()
    except ComityError as error:
        officers = tuple(dict.fromkeys(one.actor.id for one in known))
        refused = Entry(
            Kind.REFUSED, known[0].actor.authority, str(reference), officers, text=error.code, steps=_steps(known)
        )
        journal.append(clock(), refused)
        raise


def _steps(known: Sequence[Known]) -> dict[str, int]:
    return {one.actor.id: one.step for one in known}


def _shown(
    node: Any,
    journal: GlassJournal,
    request: Request,
    words: str,
    known: Sequence[Known],
    clock: Callable[[], datetime],
) -> Sheet:
    reference = Reference.parse(request.dossier)

    def may() -> Any:
        """Each may break the glass of this dossier; only so does either learn that it is there."""
        seen = [glass_view(one.actor, reference) for one in known]
        view, liberty_runs = seen[0]
        expect_ground(request.ground, lambda: liberty_runs)
        return view

    view = _or_refused(journal, reference, clock, known, may)
    at = clock()
    again = standing(journal.read().lines, str(reference), at) if len(known) == 1 else None
    if len(known) == 1 and again is None:
        raise RefusedError("The four hours are over: the two open it anew. Nothing was shown.", code="glass:over")
    entry = Entry(
        Kind.SHOWN if again else Kind.OPENED,
        known[0].actor.authority,
        str(reference),
        tuple(one.actor.id for one in known),
        request.ground.value,
        words,
        _steps(known),
    )
    line = journal.append(at, entry)
    until = lasts_until(again or line)
    language = first_printed(_languages(known[0].actor.authority))
    file: NodeFile = node.file
    return Sheet(line, _sheet(view, request, words, known, line, until, language, exercise=file.exercise), at)


def _languages(authority: str) -> list[str]:
    return next((list(row.languages) for row in local_authorities() if row.code == authority), [])


def _sheet(
    view: Any,
    request: Request,
    words: str,
    known: Sequence[Known],
    line: Line,
    until: datetime,
    language: str,
    *,
    exercise: bool,
) -> dict[str, Any]:
    authority = known[0].actor.authority
    glass = [["glass_first", known[0].actor.name]]
    glass += [["glass_second", one.actor.name] for one in known[1:]]
    glass += [
        ["glass_ground", request.ground.value],
        ["glass_words", words],
        ["glass_until", moment_text(until)],
        ["glass_journal", f"{line.seq} · {line.link[:16]}"],
    ]
    own = next(iter(contacts([authority])), {"name": authority, "lines": []})
    context = {
        "exercise": exercise,
        "handling": view.handling,
        "sender": {"state": authority[:2], "name": own["name"], "lines": own["lines"]},
        "our_reference": view.numbers.get("ours") or view.numbers.get("file") or "",
        "date": line.at.date().isoformat(),
    }
    return compose_opened(opened_content(view, glass, language), context, language)
