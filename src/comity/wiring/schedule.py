"""SCHEDULE: what a node does by itself, and how often; time, chance and tools are handed in."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from comity.authorities.actions import clear_tallies
from comity.authorities.keyring import Keyring
from comity.authorities.queries import local_authorities
from comity.evidence.actions import fetch_due, partners_to_fetch, scrub
from comity.exchange.actions import (
    attest_due,
    enter_turned_away,
    partners_to_send,
    reconcile_due,
    send_due,
    settle_shown,
    submit_checkpoints,
    witnesses_to_ask,
)
from comity.exchange.queries import cosigned, logs_to_ask
from comity.exchange.transport import DirectorySource, NodeTransport
from comity.requests.actions import remind_due, verify_seals
from comity.requests.actions.continuity import Continuity, pack_all
from comity.safeguards.actions import clear_sessions, sequence_reads, stamp_ledger, write_tiles
from comity.safeguards.actions.glass import take_up_journal
from comity.safeguards.glass_file import GlassJournal
from comity.safeguards.queries import ledger_size, stamps
from comity.seals.timestamp import TimestampService
from comity.store.actions import sweep
from comity.store.vault import Vault
from comity.values.actor import Act, job
from comity.wiring.directories import ask_for_directories

LANE_TIME = timedelta(seconds=5)
Chance = Callable[[int], bytes]
Lane = Callable[[str, str, Callable[[], int]], int]
"""Does work of one kind for one partner: now, or beside the work for others. Returns how many are done by now."""


def at_once(_kind: str, _partner: str, work: Callable[[], int]) -> int:
    """The lane of a single thread: one partner after the other."""
    return work()


@dataclass(frozen=True)
class Tools:
    """What the node hands to its jobs."""

    keys: Keyring
    vault: Vault
    transport: NodeTransport
    chance: Chance
    exercise: bool
    clock: Callable[[], datetime]
    """The time as it passes, for a job that may take long."""
    lane: Lane = at_once
    directories: DirectorySource | None = None
    """Where newer directories of authorities are asked for; None where nobody is asked."""
    timestamps: TimestampService | None = None
    """Who is asked for timestamps over the ledgers; None where nobody is asked."""
    continuity: Continuity | None = None
    """Where continuity packs are kept; None where none are made."""
    glass: GlassJournal | None = None
    """The journal of breakings of the glass; None where the node has none."""


@dataclass(frozen=True, slots=True)
class Job:
    """One job: how often it runs, what it does, in a sentence. `run` returns how many things it did."""

    name: str
    every: timedelta
    run: Callable[[Act, Tools], int]
    meaning: str


def _send(act: Act, tools: Tools) -> int:
    """Each partner has its lane: one that answers slowly delays nobody else's messages."""
    return sum(
        tools.lane("send", code, partial(_send_all, act, tools, code))
        for code in _by_lot(act, partners_to_send(act.at))
    )


def _send_all(act: Act, tools: Tools, code: str) -> int:
    """What is due to one partner and what comes due meanwhile, for a while: the next turn has the keys of then."""
    done, at, end = 0, act.at, act.at + LANE_TIME
    while at < end:
        tried = send_due(replace(act, at=at), keys=tools.keys, transport=tools.transport, to=code, clock=tools.clock)
        if not tried:
            break
        done, at = done + tried, max(at, tools.clock())
    return done


def _reconcile(act: Act, tools: Tools) -> int:
    return reconcile_due(act, keys=tools.keys)


def _fetch(act: Act, tools: Tools) -> int:
    """The same of evidence, which may take hours."""
    fetch = partial(fetch_due, act, keys=tools.keys, vault=tools.vault, transport=tools.transport, clock=tools.clock)
    return sum(
        tools.lane("fetch", code, partial(fetch, origin=code)) for code in _by_lot(act, partners_to_fetch(act.at))
    )


def _by_lot(act: Act, codes: list[str]) -> list[str]:
    """In an order drawn anew each time: when there are more partners than lanes, none is always the last."""
    return sorted(codes, key=lambda _code: act.chance(4))


def _remind(act: Act, tools: Tools) -> int:
    return remind_due(act, keys=tools.keys, vault=tools.vault, exercise=tools.exercise)


def _verify(_act: Act, tools: Tools) -> int:
    return verify_seals(keys=tools.keys, vault=tools.vault)


def _attest(act: Act, tools: Tools) -> int:
    return attest_due(act, keys=tools.keys)


def _turned_away(act: Act, _tools: Tools) -> int:
    return enter_turned_away(act)


def _sweep(act: Act, tools: Tools) -> int:
    """What lies in the vault for a day without a row was left by a crash; younger content may still be entered."""
    return sweep(tools.vault, older_than=act.at - timedelta(days=1))


def _scrub(act: Act, tools: Tools) -> int:
    return scrub(act, keys=tools.keys, vault=tools.vault, clock=tools.clock)


def _stamp(act: Act, tools: Tools) -> int:
    """Every local authority has a ledger of its own; nothing waits for the timestamp."""
    if tools.timestamps is None:
        return 0
    done = 0
    for row in local_authorities():
        seen = cosigned(row.code, at_least=ledger_size(row.code) - stamps(row.code).unstamped + 1)
        note, signer = seen.note if seen else "", tools.keys.signer(row.code)
        done += stamp_ledger(act, authority=row.code, signer=signer, service=tools.timestamps, cosigned=note)
    return done


def _continuity(act: Act, tools: Tools) -> int:
    return len(pack_all(act, tools.continuity, exercise=tools.exercise)) if tools.continuity else 0


def _glass(act: Act, tools: Tools) -> int:
    """What was opened while the ledger was down is entered as soon as the worker runs again."""
    if tools.glass is None:
        return 0
    return take_up_journal(act, tools.glass, [row.code for row in local_authorities()]).entered


def _clear(act: Act, _tools: Tools) -> int:
    return clear_sessions(act) + clear_tallies(act.at)


def _directory(act: Act, tools: Tools) -> int:
    """Every partner is asked: one that is kept from the newest list, or keeps us from it, does not decide for us."""
    return ask_for_directories(act, tools.directories) if tools.directories else 0


def _sequence(act: Act, _tools: Tools) -> int:
    """Every local authority has a ledger of its own."""
    return sum(sequence_reads(act, authority=row.code) for row in local_authorities())


def _tile(_act: Act, _tools: Tools) -> int:
    return sum(write_tiles(row.code) for row in local_authorities())


def _witness(act: Act, tools: Tools) -> int:
    """Our grown ledgers are shown to each partner, in its lane; then logs are asked for what others showed us."""
    submit = partial(submit_checkpoints, act, keys=tools.keys, transport=tools.transport)
    done = sum(tools.lane("witness", code, partial(submit, to=code)) for code in _by_lot(act, witnesses_to_ask(act.at)))
    ask = partial(settle_shown, act, transport=tools.transport)
    return done + sum(tools.lane("settle", code, partial(ask, log=code)) for code in _by_lot(act, logs_to_ask()))


SCHEDULE: Mapping[str, Job] = {
    one.name: one
    for one in (
        Job("send", timedelta(seconds=0.5), _send, "Send what waits in the outbox and is due."),
        Job("reconcile", timedelta(seconds=5), _reconcile, "Ask partners what our older copy lacks, after a restore."),
        Job("fetch", timedelta(seconds=1), _fetch, "Pull offered evidence and documents, chunk by chunk."),
        Job("verify", timedelta(seconds=5), _verify, "Check the offices' seals on documents that have come."),
        Job("sequence", timedelta(seconds=5), _sequence, "Move recorded reads into the ledgers."),
        Job("tile", timedelta(seconds=20), _tile, "Keep the hash tiles of the ledgers, from which proofs are read."),
        Job("witness", timedelta(seconds=30), _witness, "Have the ledgers witnessed by the partners."),
        Job("attest", timedelta(seconds=10), _attest, "State what became of messages, and that what came was opened."),
        Job("turned-away", timedelta(minutes=1), _turned_away, "Enter how many messages were over a partner's limit."),
        Job("sweep", timedelta(days=1), _sweep, "Remove what a crash left half-kept in the vault."),
        Job("scrub", timedelta(minutes=10), _scrub, "Read back what the vault keeps, the longest not read first."),
        Job("timestamp", timedelta(minutes=5), _stamp, "Get timestamps over the ledgers that grew."),
        Job("clear-sessions", timedelta(days=1), _clear, "Remove the sessions that have ended."),
        Job("glass", timedelta(minutes=5), _glass, "Enter what was opened while the ledger was down."),
        Job("continuity", timedelta(days=1), _continuity, "Keep a sealed pack of open clocks on liberty and contacts."),
        Job("directory", timedelta(hours=6), _directory, "Ask partners for newer directories of authorities."),
        Job("remind", timedelta(hours=1), _remind, "Send the reminders whose day has come."),
    )
}


def run_job(one: Job, at: datetime, tools: Tools, *, authority: str) -> int:
    """Run one job as the node's own; returns how many things it did."""
    return one.run(Act(job(one.name, authority), at, one.meaning, tools.chance), tools)


def run_due(at: datetime, last: Mapping[str, datetime], tools: Tools, *, authority: str) -> dict[str, datetime]:
    """Run every job that is due at a moment; returns when each last ran. `last` is what the previous call returned.

    The jobs act as the node's own; `authority` is the one named in their acts where a job serves all.
    """
    ran = dict(last)
    for one in SCHEDULE.values():
        if one.name not in last or at - last[one.name] >= one.every:
            run_job(one, at, tools, authority=authority)
            ran[one.name] = at
    return ran
