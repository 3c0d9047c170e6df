"""Ablations: each safeguard is taken away once, and the simulation must see it; what nobody sees is a violation.

Each has a scene, the shortest life of a federation that was seen to show the loss, and the words in which the oracle
then speaks. First the scene is lived with everything in its place: those words must not be said. The state is the
list of those done. The tests run a share of the same list.
"""

import json
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "comity.site.settings_test")
django.setup()

import pytest  # noqa: E402 - the framework loads first

from comity.simulation import courier, episode, faults  # noqa: E402
from comity.simulation.casework import Casework  # noqa: E402
from comity.simulation.database import CrashPoint  # noqa: E402
from comity.simulation.double import Double  # noqa: E402
from comity.simulation.faults import Fault  # noqa: E402
from comity.simulation.forging import entries_of, write_entries  # noqa: E402
from comity.simulation.histories import (  # noqa: E402
    EVERY,
    LOG,
    WITNESSES,
    Federation,
    History,
    put_back,
    snapshot,
)
from comity.simulation.report import simulate  # noqa: E402
from comity.simulation.restoring import Restorations  # noqa: E402
from comity.simulation.rotation import Rotations  # noqa: E402
from comity.simulation.workload import Correspondence  # noqa: E402
from soak import ablated  # noqa: E402
from soak.ablated import LIVING, Patch, nothing  # noqa: E402

Scene = Callable[[Patch], Iterator[list[str]]]
"""What does not hold, life by life, until somebody has seen enough; patches what makes the life short."""
SEED = 41


@dataclass(frozen=True)
class Ablation:
    """One safeguard, how it is taken away, where that shows, and in which words."""

    safeguard: str
    remove: Callable[[Patch], None]
    words: str
    scene: Scene

    def shown(self, *, removed: bool = True) -> bool:
        """Whether the oracle says the words; with everything in its place it must not."""
        with pytest.MonkeyPatch.context() as patch:
            if removed:
                self.remove(patch)
            return any(self.words in sentence for found in self.scene(patch) for sentence in found)


def letters(*seeds: int, **rates: float) -> Scene:
    """Letters under all faults; those named strike as often as said."""

    def live(patch: Patch) -> Iterator[list[str]]:
        often = {Fault[name]: rate for name, rate in rates.items()}
        patch.setattr(faults, "MOST", {**faults.MOST, **often})
        patch.setattr(episode, "STEPS", 30)
        for seed in seeds:
            yield simulate(seed=seed, nodes=3, episodes=1, workload=lambda _number: Correspondence()).violations

    return live


def attacked(kind: Fault, *seeds: int) -> Scene:
    """A calm line on which one kind of attack is tried over and over."""

    def live(patch: Patch) -> Iterator[list[str]]:
        patch.setattr(episode, "ATTACKS", {kind: episode.ATTACKS[kind]})
        patch.setattr(episode, "STEPS", 16)
        patch.setattr(episode, "_NO_LINE_SHARE", 0.0)
        patch.setattr(episode, "_DEEDS", {"post": 1.0, "send": 2.0, "attack": 3.0})
        patch.setattr(courier, "_PACKING", 0.0)
        patch.setattr(faults, "MOST", dict.fromkeys(faults.MOST, 0.0))
        for seed in seeds or range(1, 9):
            yield simulate(seed=seed, nodes=3, episodes=1, workload=lambda _number: Correspondence()).violations

    return live


def dossiers(*seeds: int, **rates: float) -> Scene:
    """Whole dossiers with their evidence between two."""

    def live(patch: Patch) -> Iterator[list[str]]:
        often = {Fault[name]: rate for name, rate in rates.items()}
        patch.setattr(faults, "MOST", {**faults.MOST, **often})
        for seed in seeds:
            yield simulate(seed=seed, nodes=2, episodes=1, workload=lambda _number: Casework()).violations

    return live


def bags(*seeds: int) -> Scene:
    """Short episodes without a line, in which bags are the whole post."""

    def live(patch: Patch) -> Iterator[list[str]]:
        by_hand_alone(patch)
        for seed in seeds:
            yield simulate(seed=seed, nodes=2, episodes=1, workload=lambda _number: Correspondence()).violations

    return live


def by_hand_alone(patch: Patch) -> None:
    patch.setattr(episode, "STEPS", 5)
    patch.setattr(episode, "_NO_LINE_SHARE", 1.0)
    patch.setattr(episode, "_DEEDS", {"post": 1.0})
    patch.setattr(courier, "_PACKING", 0.7)
    often = {Fault.BAG_FLIPPED: 0.6, Fault.BAG_CUT: 0.6, Fault.BAG_ASTRAY: 0.3, Fault.BAG_LOST: 0.4}
    patch.setattr(faults, "MOST", {**faults.MOST, **often})


def keys(*seeds: int) -> Scene:
    """Keys that change in flight, and a thief who has the old ones."""
    return lambda _patch: (Rotations(seed).live() for seed in seeds)


def copies(*seeds: int) -> Scene:
    """A node put back to an older copy."""
    return lambda _patch: (Restorations(seed).live() for seed in seeds)


def ledger(deed: str, *numbers: int) -> Scene:
    """A ledger that does this deed, and its witnesses."""

    def live(_patch: Patch) -> Iterator[list[str]]:
        with Double() as double:
            federation = Federation(SEED, double)
            for number in numbers:
                lived = History(federation, SEED, number, deed).live()
                yield [*lived.violations, *([] if lived.found else [f"{deed} was not found"])]

    return live


def restored(_patch: Patch) -> Iterator[list[str]]:
    """A ledger of two rounds put back to what it was after the first, on a line without faults."""
    with Double() as double:
        history = History(Federation(SEED, double), SEED, 1, "restored")
        history.calm = True
        for _ in range(2):
            history.grow()
            history.round()
        history.lie()
        history.round()
        found = set(history.found())
        expected = {"CH-FOJ is restored by CO-FGN", "CO-FGN holds proof: rollback of CH-FOJ"}
        yield [f"nobody said: {one}" for one in sorted(expected - found)]


def regrown(_patch: Patch) -> Iterator[list[str]]:
    """A ledger loses its last entry and grows to the length that its witnesses cosigned, on a line without faults."""
    with Double() as double:
        history = History(Federation(SEED, double), SEED, 1, "cut")
        history.calm = True
        history.grow()
        history.round()
        with history.nodes[LOG].acting():
            write_entries(LOG, entries_of(LOG)[:-1])
            history.append(1)
        history.round()
        found = set(history.found())
        expected = {"CH-FOJ is denied by CO-FGN", "CO-FGN holds proof: fork of CH-FOJ"}
        yield [f"nobody said: {one}" for one in sorted(expected - found)]


def killed_witness(_patch: Patch) -> Iterator[list[str]]:
    """A witness dies between check and write; the log's node is then put back, and grows to the same size anew."""
    with Double() as double:
        history = History(Federation(SEED, double), SEED, 1, "fork")
        LIVING.append(history)
        history.calm = True
        history.grow()
        history.round()
        log, witness = history.nodes[LOG], history.nodes[WITNESSES[0]]
        before = snapshot(log.database)
        history.now += EVERY
        for last in (False, True):
            with log.acting():
                history.append(3)
                if not last:
                    witness.database.arm(CrashPoint.BEFORE_COMMIT, 1)
                history.submit(LOG, witness.code)
            if not last:
                put_back(log.database, before)
        LIVING.remove(history)
        died = history.faults[CrashPoint.BEFORE_COMMIT.value]
        yield [*history.broken(), *([] if died == 1 else ["the witness did not die"])]


LET = "what nobody may was let through: "

ABLATIONS = (
    # the exchange
    Ablation("deduplication", ablated.no_deduplication, "took effect 2 times", letters(1, 2, 3)),
    Ablation("one transaction", ablated.effect_outside_the_transaction, "took effect", letters(2, 1, 3, 4, 5, 6)),
    Ablation("signature", ablated.no_signature_check, "the attack", attacked(Fault.FORGED)),
    Ablation("one half of a signature", ablated.one_half_is_enough, "the attack half", attacked(Fault.HALF_FORGED)),
    Ablation("recipient in the message", ablated.no_recipient_check, "the attack resealed", attacked(Fault.RESEALED)),
    Ablation("sender in the header", ablated.no_header_check, "the attack header-names", attacked(Fault.TWO_NAMES)),
    Ablation("header under the seal", ablated.seal_without_header, "the attack spliced", attacked(Fault.SPLICED)),
    Ablation("equivocation", ablated.no_equivocation_check, "the attack equivoc", attacked(Fault.EQUIVOCATION)),
    Ablation("known partners only", ablated.strangers_welcome, "the attack unknown-peer", attacked(Fault.STRANGER)),
    Ablation("known types only", ablated.unknown_types_taken, "the attack unknown-type", attacked(Fault.UNKNOWN_TYPE)),
    Ablation("one version", ablated.other_versions_read, "the attack old-protocol", attacked(Fault.OLD_PROTOCOL)),
    Ablation("size before work", ablated.any_size_read, "the attack too-large", attacked(Fault.TOO_LARGE)),
    Ablation("allowance", nothing(ablated.receiving, "spend"), "the attack flood", attacked(Fault.FLOOD)),
    Ablation(
        "receipt about this message",
        nothing(ablated.sending, "expect_about"),
        "says something else",
        letters(7, 1, 2, 3, 4, ANSWER_SWAPPED=0.6),
    ),
    Ablation("trying again", ablated.giving_up_after_a_failure, "took effect 0 times", letters(1, 2)),
    Ablation("clock set back", ablated.clock_believed, "still waits", letters(1, 2, 3, 4, 5, 6)),
    Ablation("one worker a row", ablated.no_lease, "at a time", letters(1, 2, 3, SECOND_WORKER=1.0)),
    Ablation("the same receipt", ablated.new_receipt_each_time, "different receipts", letters(1, 2, 3)),
    Ablation("ledger line", ablated.ledger_line_missing, "ledger lines exchange:message:received", letters(1)),
    Ablation("network outside transactions", ablated.network_inside_a_transaction, "inside a transaction", letters(1)),
    Ablation("stopping at a final refusal", ablated.final_refusal_tried_for_ever, "still waits", letters(1, 2, 3, 4)),
    # keys, and an older copy
    Ablation("revoked keys", nothing(ablated.receiving, "_expect_before_the_end"), "a revoked key", keys(*range(12))),
    Ablation("ended keys", ablated.ended_keys_forgotten, "does not verify any more", keys(1, 2, 3)),
    Ablation("notices of new keys", ablated.notices_not_believed, "names another key", keys(1, 2, 3)),
    Ablation("asking what a copy lacks", ablated.no_questions, "did not come back", copies(0, 4)),
    Ablation("partners abreast", ablated.older_copies_believed, "an older copy wrote", copies(1, 2, 3, 5, 6, 8)),
    # casework and evidence
    Ablation("the page read last", ablated.no_version_check, LET + "act-on-an-old-page", dossiers(8, 5)),
    Ablation("gate by its digest", ablated.gate_under_any_digest, LET + "approval-of-another", dossiers(8, 5)),
    Ablation("four eyes", ablated.own_approval, LET + "approval-of-own", dossiers(5, 8)),
    Ablation("recall by its digest", ablated.recall_under_any_digest, LET + "approval-of-another", dossiers(5, 8)),
    Ablation("one order for both", ablated.order_of_arrival, "differently", dossiers(0, 1, 2, 3, 4, 5)),
    Ablation("row and messages", ablated.row_left_behind, "not the fold", dossiers(0, 1, 2, 3, 4, 5)),
    Ablation(
        "countersignatures",
        nothing(ablated.dossiers, "receive_countersignature"),
        "different custody chains",
        dossiers(8),
    ),
    Ablation("recalled items locked", ablated.recalled_given_out, "recalled and still given out", dossiers(5)),
    Ablation("content is pulled", ablated.content_never_fetched, "is waiting", dossiers(8)),
    Ablation("one content under one digest", ablated.other_bytes_on_one_side, "different content", dossiers(8)),
    # the courier
    Ablation("bytes of a bag's parts", ablated.damaged_parts_taken, "a bag with a bit turned", bags(*range(8))),
    Ablation("receipts carried back", nothing(ablated.taking, "_owe"), "the courier alone left", bags(*range(8))),
    Ablation("one door", ablated.another_door, "took effect", bags(*range(8))),
    # ledgers and their witnesses
    Ablation("proof of growth", ablated.no_consistency, "was not found", ledger("altered", 1, 2)),
    Ablation("witnesses show each other", ablated.no_showing, "was not found", ledger("split", 1, 2)),
    Ablation("the log is asked", ablated.no_asking, "was not found", ledger("split", 1, 2)),
    Ablation("an old copy says so itself", ablated.no_alarm_at_home, "nobody said", restored),
    Ablation("another root of the same length", ablated.length_alone, "nobody said", regrown),
    Ablation("a witness keeps before it speaks", ablated.answers_first, "cosigned two roots of", killed_witness),
)


def of(safeguard: str) -> Ablation:
    return next(one for one in ABLATIONS if one.safeguard == safeguard)


def soak(until: Callable[[], bool], _seed: int, state: Path) -> dict[str, Any]:
    kept = state / "done.json"
    done: dict[str, str] = json.loads(kept.read_text()) if kept.exists() else {}
    begun = time.process_time()
    for one in ABLATIONS:
        if one.safeguard in done:
            continue
        if until():
            break
        done[one.safeguard] = _judged(one)
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(json.dumps(done))
    caught = sum(verdict == "caught" for verdict in done.values())
    return {
        "ablations": len(ABLATIONS),
        "done": len(done),
        "caught": caught,
        "violations": [f"{name}: {verdict}" for name, verdict in done.items() if verdict != "caught"],
        "cpu_seconds": round(time.process_time() - begun, 1),
    }


def share(seed: int, place: Path) -> dict[str, Any]:
    """The first one alone."""
    turns = iter([False])
    return soak(lambda: next(turns, True), seed, place)


def _judged(one: Ablation) -> str:
    if one.shown(removed=False):
        return "its words are said although nothing was taken away"
    return "caught" if one.shown() else "not caught"
