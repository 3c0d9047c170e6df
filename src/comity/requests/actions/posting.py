"""Letters that go out: the posting of a printed pack, entered in the post book, and reminders on their day."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction

from comity.authorities.keyring import Keyring
from comity.requests.actions.papering import Shelved, enter_papers, shelved
from comity.requests.actions.shape import Opened, finish, note_hand, opened, say, texts, write
from comity.requests.messages import MessageType
from comity.requests.models import Dossier, PostEntry
from comity.requests.papers import first_printed, paper
from comity.requests.phases import Side
from comity.requests.queries.access import partner_of, phase_of_row, state_of
from comity.requests.queries.paper_context import letter_context
from comity.requests.state import DossierState
from comity.requests.workflow import STEPS
from comity.safeguards.actions import enter
from comity.safeguards.policy import Grant
from comity.store.vault import Vault
from comity.values.actor import Act, job
from comity.values.errors import ComityError, ConflictError, InvalidInputError
from comity.values.reference import Reference


@transaction.atomic
def note_posting(
    act: Act, *, dossier: Any, version: int, on: date, number: str, remind_on: date | None = None
) -> Dossier:
    """Enter in the post book that the printed pack went out, and on which day to remind.

    For an urgent request that went ahead from node to node the pack is the original that follows it on paper.
    """
    found = opened(act, "note_posting", dossier, version)
    if on > act.at.date() or (remind_on and remind_on <= on):
        raise InvalidInputError("A letter goes out today or earlier, and is reminded of later.", place="on")
    PostEntry.objects.create(
        dossier=found.row,
        direction="out",
        on=on,
        number=number.strip()[:120],
        correspondent=partner_of(found.row),
        what="pack",
        at=act.at,
        by=act.actor.id,
    )
    return finish(
        act,
        found,
        event="requests:letter:posted",
        facts={"on": on.isoformat(), "remind_on": remind_on.isoformat() if remind_on else ""},
        changes={"remind_on": remind_on, "remind_by": act.actor.id if remind_on else ""},
    )


def remind(
    act: Act,
    *,
    dossier: Any,
    version: int,
    text: Mapping[str, str],
    keys: Keyring,
    vault: Vault,
    exercise: bool = False,
) -> Dossier:
    """Remind the other side; for a partner without a node the letter is made for printing."""
    found = opened(act, "remind", dossier, version)
    return _remind(act, found, texts(text), (keys, vault), exercise=exercise)


def remind_due(act: Act, *, keys: Keyring, vault: Vault, exercise: bool = False) -> int:
    """Send the reminders whose day has come, as a person ordered when the letter went out; returns how many.

    Run by the schedule. A dossier that has moved on in the meantime is not reminded of; one that changes at this very
    moment is taken up at the next run. What stands against one reminder is entered in the ledger, holds up no other,
    and is tried again at the next run.
    """
    count = 0
    for row in Dossier.objects.filter(remind_on__lte=act.at.date(), side=Side.REQUESTING).order_by("remind_on", "pk"):
        if phase_of_row(row) not in STEPS["remind"].phases:
            Dossier.objects.filter(pk=row.pk, version=row.version).update(remind_on=None)
            continue
        by = act.by(job("reminder", row.holder))
        step = STEPS["remind"]
        grant = Grant(by.actor, step.permission, Reference.parse(row.reference), row.version)
        try:
            found = Opened(row, state_of(row), step, grant)
            _remind(by, found, _standing_words(row, found.state), (keys, vault), exercise=exercise)
            count += 1
        except ConflictError:
            continue  # someone is at work on it
        except ComityError as error:
            _note_unsent(by, row, error)
    return count


@transaction.atomic
def _note_unsent(act: Act, row: Dossier, error: ComityError) -> None:
    told = {"error": error.code}
    enter(act, "requests:reminder:unsent", row.reference, authority=row.holder, facts=told)


def _standing_words(row: Dossier, state: DossierState) -> dict[str, str]:
    """The words of a reminder that goes out by itself, in the request's original language."""
    language = str((state.content or {}).get("language") or "en")
    number = row.number or row.file_number
    words = {
        "en": f"We refer to our request {number} and ask how it stands.",
        "fr": f"Nous nous référons à notre demande {number} et vous prions de nous informer de son état.",
        "es": f"Nos referimos a nuestra solicitud {number} y rogamos se nos informe sobre su estado.",
    }
    return {language: words.get(language, words["en"])}


def _remind(
    act: Act, found: Opened, words: Mapping[str, str], tools: tuple[Keyring, Vault], *, exercise: bool
) -> Dossier:
    keys, vault = tools
    row = found.row
    language = first_printed(words)
    sent = next((entry.at for entry in found.state.timeline), act.at)
    told = {
        "language": language,
        "request": {"title": row.title, "reference": row.number or row.file_number},
        "sent_on": sent.date().isoformat(),
        "number": len(found.state.reminders) + 1,
        "outstanding": [words],
    }
    papers = (
        []
        if row.partner_has_node
        else [paper("reminder", told, letter_context(row, act.at, exercise=exercise), language, at=act.at)]
    )
    with shelved(act, papers, vault=vault) as shelf:
        return _post_reminder(act, found, words, shelf, keys)


@transaction.atomic
def _post_reminder(act: Act, found: Opened, words: Mapping[str, str], shelf: list[Shelved], keys: Keyring) -> Dossier:
    row = found.row
    enter_papers(act, row, shelf, keys=keys)
    signed = say(act, found, MessageType.REMINDED, {"text": dict(words)}, keys=keys)
    for one in shelf:
        PostEntry.objects.create(
            dossier=row,
            direction="out",
            on=act.at.date(),
            correspondent=partner_of(row),
            what="reminder",
            scan=one.digest,
            message=signed.digest,
            at=act.at,
            by=act.actor.id,
        )
    state = state_of(row)
    changed = write(row, state, act.at, version=found.grant.version, changes={"remind_on": None})
    told = {"message": signed.digest, "ordered_by": row.remind_by}
    entry = enter(act, "requests:reminder:sent", found.reference, authority=act.actor.authority, facts=told)
    note_hand(act, changed, found.step, digest=signed.digest, entry=bytes(entry.leaf).hex(), facts=told)
    return changed
