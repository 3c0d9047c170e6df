"""`comity node doctor`: what a node holds is proved against itself; each finding says where, what, and what to do.

A *fault* is something that must not be (exit code 1); a *warning* is what will become one, or what only a person can
judge. The checks are a table: each is one question to one room.
"""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from rich.console import Group, RenderableType
from rich.text import Text

from comity.authorities.certificates import valid_until
from comity.authorities.keyring import Keyring
from comity.authorities.node_file import NodeFile
from comity.authorities.queries import local_authorities, partner, partners
from comity.cli.status import WARN_BEFORE
from comity.evidence.queries import broken_chains, items_without_content
from comity.exchange.queries import altered_messages, clock_differences, queue_faults
from comity.exchange.ticket import WINDOW
from comity.requests.queries import (
    broken_rows,
    documents_without_content,
    dossiers_without_row,
    messages_that_wait,
)
from comity.safeguards.continuity import pack_name
from comity.safeguards.glass_file import GlassJournal
from comity.safeguards.queries import broken_places, glass_alarms, glass_links
from comity.store.queries import content_faults, keys_not_opened, orphans
from comity.store.vault import Vault
from comity.values.errors import ComityError, UnavailableError
from comity.values.instant import instant_text

ROOM_FAULT, ROOM_WARNING = 256 << 20, 2 << 30
"""Free bytes below which the node soon refuses to take anything in, and below which it is time to add some."""
CLOCK_WARNING = timedelta(minutes=2)
ORPHAN_AGE = timedelta(days=2)
"""The sweep removes what a crash left after a day: what is older shows that the sweep does not run."""


class Held(Protocol):
    """A node's folder, opened."""

    @property
    def file(self) -> NodeFile: ...

    @property
    def folder(self) -> Any: ...

    def keys(self) -> Keyring: ...

    def vault(self) -> Vault: ...


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it should be."""

    check: str
    place: str
    what: str
    do: str
    fault: bool = True


@dataclass(frozen=True)
class Patient:
    """What every check may look at; the time is taken once."""

    node: Held
    at: datetime


Check = Callable[[Patient], Iterator[Finding]]
RESTORE = "Restore the last backup beside it and compare: comity node restore FILE NEWDIR --passphrase-file P"


def _migrations(_patient: Patient) -> Iterator[Finding]:
    executor = MigrationExecutor(connection)
    known, applied = set(executor.loader.disk_migrations), set(executor.loader.applied_migrations)
    waiting = sorted(known - applied)  # a gap below the last one counts too
    if waiting:
        what = f"{len(waiting)} changes of this release are not made in the database"
        yield Finding("migrations", " ".join(waiting[0]), what, "Make them: comity node upgrade DIR")
    ours = {app for app, _ in known}
    for app, name in sorted(one for one in applied - known if one[0] in ours):
        yield Finding(
            "migrations", f"{app} {name}", "the database is of a newer release", "Serve it with that release."
        )


def _keys(patient: Patient) -> Iterator[Finding]:
    keys = patient.node.keys()
    for row in local_authorities():
        if row.code not in keys.authorities():
            yield Finding("keys", row.code, "the keyring holds no keys of it", "Bring back the keyring: " + RESTORE)
        elif keys.signer(row.code).public != partner(row.code).verifying_key:
            what = "keyring and directory name different keys: a rotation was interrupted"
            yield Finding("keys", row.code, what, f"Go on with it: comity node rotate DIR {row.code}")
    for digest in keys_not_opened(keys):
        yield Finding("keys", digest, "the keyring does not open its content key", RESTORE)


def certificate_ends(keys: Keyring) -> dict[str, tuple[datetime, str]]:
    """The last moment of every certificate this node relies on, ours and the partners', and how to renew it."""
    held = {"exchange port (TLS)": (keys.tls_certificate, "comity node rotate-tls DIR")}
    for code in keys.authorities():
        held[f"{code} office seal"] = (keys.office_seal(code)[1], f"comity node rotate DIR {code}")
    for row in partners():
        if row.tls_certificate:
            held[f"{row.code} (TLS)"] = (row.tls_certificate.encode(), "Ask the partner for its renewed card.")
    return {name: (valid_until(certificate), do) for name, (certificate, do) in held.items()}


def _certificates(patient: Patient) -> Iterator[Finding]:
    for name, (end, do) in certificate_ends(patient.node.keys()).items():
        if end - patient.at <= WARN_BEFORE:
            days = (end - patient.at).days
            what = f"ended at {instant_text(end)}" if end <= patient.at else f"ends in {days} days"
            yield Finding("certificates", name, what, do, fault=end <= patient.at)


def _disk(patient: Patient) -> Iterator[Finding]:
    free = shutil.disk_usage(patient.node.folder).free
    if free < ROOM_WARNING:
        do = "Free or add disk space; what is refused for want of it is sent again by itself."
        yield Finding("disk", str(patient.node.folder), f"{free:,} bytes are free", do, fault=free < ROOM_FAULT)


def _ledger(_patient: Patient) -> Iterator[Finding]:
    for row in local_authorities():
        for place in broken_places(row.code):
            do = "Keep the database as it is, and compare with what partners and backups hold: it was altered."
            yield Finding("ledger", row.code, place, do)


def _dossiers(_patient: Patient) -> Iterator[Finding]:
    for place in broken_rows():
        yield Finding("dossiers", place, "its state is not the fold of its messages", RESTORE)
    for place in dossiers_without_row():
        yield Finding("dossiers", place, "messages of it are held, and no row shows it", RESTORE)
    for place in messages_that_wait():
        do = "If it does not come by itself, this copy may be older: comity node reconcile DIR --begin"
        yield Finding("dossiers", place, "waits for an earlier message", do, fault=False)


def _messages(patient: Patient) -> Iterator[Finding]:
    for place in altered_messages():
        yield Finding("messages", place, "its row is not what was signed", RESTORE)
    for place, what in queue_faults(patient.at):
        fault = "lease" not in what
        yield Finding(
            "outbox", place, what, "Set the clock right and serve the node anew." if not fault else RESTORE, fault
        )


def _evidence(_patient: Patient) -> Iterator[Finding]:
    for place, why in broken_chains():
        yield Finding("custody", place, why, RESTORE)


def _content(patient: Patient) -> Iterator[Finding]:
    vault = patient.node.vault()
    for digest, what in content_faults(vault):
        yield Finding("content", digest, what, RESTORE)
    for place in items_without_content():
        yield Finding("content", place, "the item's content is not entered", RESTORE)
    for place in documents_without_content():
        yield Finding("content", place, "the document's bytes are not here", RESTORE)
    for name in orphans(vault, patient.at - ORPHAN_AGE):
        do = "It is removed by the daily sweep once the node is served."
        yield Finding("content", name, "lies in the vault and no row points to it", do, fault=False)


def _clock(_patient: Patient) -> Iterator[Finding]:
    told = {code: by for code, by in clock_differences().items() if abs(by) > CLOCK_WARNING}
    for code, by in sorted(told.items()):
        what = f"its clock is {abs(by)} {'ahead of' if by > timedelta(0) else 'behind'} ours"
        ours = "Several partners say so: set this node's clock." if len(told) > 1 else "Compare both clocks."
        late = f" From {WINDOW} on no evidence is served." if abs(by) > WINDOW else ""
        yield Finding("clock", code, what, ours + late, fault=False)


def _glass(patient: Patient) -> Iterator[Finding]:
    """What is kept for when the ledger is down, and whether what was opened then was entered and looked into."""
    for row in local_authorities():
        waiting = glass_alarms(row.code)
        if waiting:
            do = "An inspector (role auditor) looks into it and acknowledges it: page Ledger."
            yield Finding("break-glass", row.code, f"{len(waiting)} alarms are not acknowledged", do, fault=False)
    if patient.node.file.glass is None:
        return
    yield from glass_findings(patient)


def glass_findings(patient: Patient) -> Iterator[Finding]:
    said = patient.node.file.glass or {}
    journal = GlassJournal(
        Path(said["journal"]),
        patient.node.file.node_id,
        patient.node.keys().journal_key(),
        patient.node.folder / "glass.mark",
    )
    try:
        journal.expect_writable()
        found = journal.read()
    except UnavailableError as error:
        yield Finding("break-glass", str(journal.path), error.message, error.next_step)
        return
    if found.fault:
        what = f"the journal does not hold: {found.fault}"
        yield Finding("break-glass", str(journal.path), what, "Keep it as it is: comity node break-glass reconcile DIR")
    missing = {line.link for line in found.lines} - glass_links()
    if missing:
        what = f"{len(missing)} lines are not in the ledger"
        do = "Serve the node, or: comity node break-glass reconcile DIR"
        yield Finding("break-glass", str(journal.path), what, do, fault=False)
    for place in (said["journal"], said["packs"]):
        if Path(place).is_dir() and Path(place).stat().st_dev == Path(patient.node.folder).stat().st_dev:
            what = "lies on the node's own storage: what takes the ledger takes it too"
            yield Finding("break-glass", place, what, "Name a folder on other storage in node.json.", fault=False)
    for row in local_authorities():
        days = {pack_name(row.code, patient.at - timedelta(days=back)) for back in (0, 1)}
        if not any((Path(said["packs"]) / name).is_file() for name in days):
            do = "Serve the node, or: comity node continuity make DIR"
            yield Finding("break-glass", row.code, "there is no continuity pack of today or yesterday", do, fault=False)


CHECKS: tuple[tuple[str, Check], ...] = (
    ("migrations", _migrations),
    ("keys", _keys),
    ("certificates", _certificates),
    ("disk", _disk),
    ("ledger", _ledger),
    ("dossiers", _dossiers),
    ("messages and outbox", _messages),
    ("custody", _evidence),
    ("content", _content),
    ("clock", _clock),
    ("break-glass", _glass),
)


def examine(node: Held, at: datetime) -> dict[str, Any]:
    """`node`, `checks` (their names), `findings` and `sound`: whether none of them is a fault.

    A check that cannot be made is a fault itself; the others are made all the same.
    """
    patient, findings = Patient(node, at), list[Finding]()
    for name, check in CHECKS:
        try:
            findings += check(patient)
        except (ComityError, DatabaseError, OSError) as error:
            said = error.message if isinstance(error, ComityError) else f"{type(error).__name__}: {error}"
            do = getattr(error, "next_step", "") or RESTORE
            findings.append(Finding(name, "", f"this could not be examined: {said}", do))
    return {
        "node": node.file.node_id,
        "checks": [name for name, _ in CHECKS],
        "findings": [asdict(one) for one in findings],
        "sound": not any(one.fault for one in findings),
    }


def findings_page(found: dict[str, Any]) -> RenderableType:
    """One line for each finding and one for what to do; faults first."""
    told = sorted(found["findings"], key=lambda one: not one["fault"])
    if not told:
        return Text(f"{found['node']} is sound: {', '.join(found['checks'])} were examined.", "green")
    parts: list[RenderableType] = []
    for one in told:
        word, style = ("FAULT  ", "bold red") if one["fault"] else ("WARNING", "yellow")
        parts.append(Text(f"{word} {one['check']}: {one['place']}: {one['what']}. {one['do']}", style))
    return Group(*parts)
