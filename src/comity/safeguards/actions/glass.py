"""What the ledger learns of breakings of the glass once it is back: each line once, and an alarm to be answered."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from django.db import transaction

from comity.safeguards.actions import enter
from comity.safeguards.glass import Journal, Kind, Line, lasts_until
from comity.safeguards.glass_file import GlassJournal
from comity.safeguards.models import GlassLine
from comity.safeguards.permissions import Permission
from comity.safeguards.policy import Relation, Target, authorise, expect_role
from comity.safeguards.queries import DOWN
from comity.values.actor import Act, Actor, ActorKind
from comity.values.errors import ConflictError, MissingError, RefusedError
from comity.values.instant import instant_text
from comity.values.reference import Kind as ReferenceKind
from comity.values.reference import Reference

BROKEN = "broken"
EVENTS = {
    Kind.OPENED.value: "safeguards:glass:opened",
    Kind.SHOWN.value: "safeguards:glass:shown",
    Kind.REFUSED.value: "safeguards:glass:refused",
    Kind.SET_ASIDE.value: "safeguards:glass:set-aside",
    BROKEN: "safeguards:glass:broken",
}
"""A line's kind and the event under which the ledger takes it."""


@dataclass(frozen=True, slots=True)
class TakenUp:
    """How many lines the ledger took now, and what does not hold of the journal."""

    entered: int
    faults: tuple[str, ...]


def expect_ledger_down(act: Act, *, authority: str, subject: Reference) -> None:
    """Return where the ledger takes no line. Where it does, the attempt itself is in it, and RefusedError says so."""
    try:
        with transaction.atomic():
            enter(act, "safeguards:glass:needless", subject, authority=authority)
    except DOWN:
        return
    raise RefusedError(
        "The ledger takes entries: sign in and open the dossier as always. That this was tried is in the ledger.",
        code="glass:ledger-up",
    )


def take_up_journal(act: Act, journal: GlassJournal, authorities: Sequence[str]) -> TakenUp:
    """Enter each line of the node's journals in the ledger, once; what does not hold becomes an alarm, and is kept."""
    now = journal.read()
    found = [(journal.path.name, journal.bytes(), now)]
    found += list(journal.set_aside())
    entered, faults = 0, []
    for name, data, one in found:
        for line in one.lines:
            entered += sum(_take(act, line, code) for code in _whose(line.entry.authority, authorities))
        whole = one.fault or (f"it was set aside after line {len(one.lines)}" if ".broken-" in name else "")
        if whole:
            faults.append(f"{name}: {whole}")
            for code in authorities:
                _alarm(act, code, sha256(data).hexdigest(), f"{name}: {whole}")
    for code in authorities:
        gone = _gone(code, [one for _, _, one in found])
        if gone:
            fault = f"{len(gone)} lines that the ledger took are not in the journal any more"
            faults.append(fault)
            _alarm(act, code, sha256("".join(gone).encode()).hexdigest(), fault)
    return TakenUp(entered, tuple(dict.fromkeys(faults)))


def _whose(authority: str, authorities: Sequence[str]) -> Iterable[str]:
    return (authority,) if authority in authorities else authorities


@transaction.atomic
def _take(act: Act, line: Line, authority: str) -> bool:
    said = line.entry
    _, fresh = GlassLine.objects.get_or_create(
        authority=authority,
        link=line.link,
        defaults={
            "seq": line.seq,
            "kind": said.kind,
            "at": line.at,
            "subject": said.subject,
            "officers": list(said.officers),
            "ground": said.ground,
            "text": said.text,
        },
    )
    if not fresh:
        return False
    facts = {"journal": line.seq, "link": line.link, "at": instant_text(line.at)}
    facts |= {"ground": said.ground} if said.ground else {}
    facts |= {"officers": ", ".join(said.officers)} if said.officers else {}
    facts |= {"until": instant_text(lasts_until(line))} if said.kind == Kind.OPENED else {}
    by = act
    if said.kind in (Kind.OPENED, Kind.SHOWN):
        by = act.by(Actor(ActorKind.OFFICER, said.officers[0], authority))
    enter(_for(by, said.text), EVENTS[said.kind], said.subject, authority=authority, facts=facts)
    return True


def _for(act: Act, purpose: str) -> Act:
    return Act(act.actor, act.at, purpose or act.purpose, act.chance)


@transaction.atomic
def _alarm(act: Act, authority: str, digest: str, what: str) -> None:
    subject = f"{authority}:glass"
    _, fresh = GlassLine.objects.get_or_create(
        authority=authority,
        link=digest,
        defaults={"kind": BROKEN, "at": act.at, "subject": subject, "text": what[:300]},
    )
    if fresh:
        enter(act, EVENTS[BROKEN], subject, authority=authority, facts={"found": digest, "what": what[:200]})


def _gone(authority: str, journals: Sequence[Journal]) -> list[str]:
    """Lines that the ledger took and that no journal holds any more, by their links."""
    held = {line.link for journal in journals for line in journal.lines}
    taken = GlassLine.objects.filter(authority=authority).exclude(kind=BROKEN).order_by("link")
    return [link for link in taken.values_list("link", flat=True) if link not in held]


@transaction.atomic
def acknowledge_glass(act: Act, link: str) -> None:
    """An inspector has looked into it: the alarm ends. Not by one of those who broke the glass."""
    expect_role(act.actor, Permission.GLASS_ACKNOWLEDGE)
    authority = act.actor.authority
    row = GlassLine.objects.select_for_update().filter(authority=authority, link=link).first()
    if row is None:
        raise MissingError
    hands = {Permission.GLASS_BREAK: frozenset(map(str, row.officers))}
    house = Reference(authority, ReferenceKind.SESSION, act.new_id())
    target = Target(house, 0, frozenset({Relation.OWN}), hands)
    authorise(act.actor, Permission.GLASS_ACKNOWLEDGE, target)
    if row.acknowledged_at is not None:
        raise ConflictError("This was acknowledged already; nothing was changed.", code="glass:acknowledged")
    row.acknowledged_by, row.acknowledged_at = act.actor.id, act.at
    row.save(update_fields=["acknowledged_by", "acknowledged_at"])
    enter(act, "safeguards:glass:acknowledged", row.subject, authority=authority, facts={"link": link})
