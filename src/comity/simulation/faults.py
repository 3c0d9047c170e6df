"""The faults of an episode: which kinds there are, how often each strikes, and how often each did."""

from collections import Counter
from collections.abc import Callable
from enum import StrEnum

from comity.simulation.chance import Chance


class Fault(StrEnum):
    """Kinds of fault; only those that fired are counted."""

    REQUEST_LOST = "request-lost"
    ANSWER_LOST = "answer-lost"
    DUPLICATED = "duplicated"
    DELAYED = "delayed"
    REPLAYED = "replayed"
    MISDELIVERED = "misdelivered"
    REQUEST_FLIPPED = "request-bit-flipped"
    ANSWER_FLIPPED = "answer-bit-flipped"
    REQUEST_CUT = "request-truncated"
    ANSWER_CUT = "answer-truncated"
    ANSWER_SWAPPED = "answer-of-another-message"
    RANGE_FLIPPED = "range-bit-flipped"
    RANGE_CUT = "range-truncated"
    RANGE_SWAPPED = "range-of-another-place"
    PARTITION = "partition"
    CRASH_BEFORE_COMMIT = "crash-before-commit"
    CRASH_AFTER_COMMIT = "crash-after-commit"
    CRASH_AWAITING = "crash-awaiting-answer"
    CRASH_POSTING = "crash-while-posting"
    DISK_FULL = "disk-full"
    SECOND_WORKER = "second-worker"
    CLOCK_SKEW = "clock-skew"
    LONG_SILENCE = "long-silence"
    RESEALED = "resealed-to-another"
    EQUIVOCATION = "equivocation"
    STRANGER = "unknown-peer"
    FORGED = "forged-signature"
    RECEIPT_AS_MESSAGE = "receipt-as-message"
    SPLICED = "spliced-header"
    RETYPED = "retyped-message"
    UNKNOWN_TYPE = "unknown-type"
    OLD_PROTOCOL = "old-protocol"
    TOO_LARGE = "too-large"
    TWO_NAMES = "header-names-another"
    REFUSED = "refused-by-rules"
    BAG_LOST = "bag-lost"
    BAG_TWICE = "bag-twice"
    BAG_LATE = "bag-late"
    BAG_ASTRAY = "bag-astray"
    BAG_FLIPPED = "bag-bit-flipped"
    BAG_CUT = "bag-truncated"
    CRASH_PACKING = "crash-while-packing"
    NO_LINE = "no-line"
    TORN_WRITE = "torn-write"
    HALF_FORGED = "half-forged-signature"
    FLOOD = "flood-over-allowance"
    KEY_ROTATED = "key-rotated"
    KEY_REVOKED = "key-revoked"
    STOLEN_KEY = "stolen-key-used"
    RESTORED_COPY = "restored-backup"
    ROLLED_BACK = "rolled-back-unnoticed"
    OLD_PAGE = "act-on-an-old-page"
    OTHER_DIGEST = "approval-of-another-digest"
    OWN_APPROVAL = "approval-of-own-proposal"


MOST: dict[Fault, float] = {
    Fault.REQUEST_LOST: 0.15,
    Fault.ANSWER_LOST: 0.15,
    Fault.DUPLICATED: 0.2,
    Fault.DELAYED: 0.1,
    Fault.REPLAYED: 0.5,
    Fault.MISDELIVERED: 0.03,
    Fault.REQUEST_FLIPPED: 0.06,
    Fault.ANSWER_FLIPPED: 0.06,
    Fault.REQUEST_CUT: 0.03,
    Fault.ANSWER_CUT: 0.03,
    Fault.ANSWER_SWAPPED: 0.12,
    Fault.CRASH_BEFORE_COMMIT: 0.06,
    Fault.CRASH_AFTER_COMMIT: 0.06,
    Fault.CRASH_AWAITING: 0.04,
    Fault.DISK_FULL: 0.04,
    Fault.SECOND_WORKER: 0.1,
    Fault.RANGE_FLIPPED: 0.2,
    Fault.RANGE_CUT: 0.2,
    Fault.RANGE_SWAPPED: 0.1,
    Fault.TORN_WRITE: 0.3,
    Fault.BAG_LOST: 0.3,
    Fault.BAG_TWICE: 0.3,
    Fault.BAG_LATE: 0.3,
    Fault.BAG_ASTRAY: 0.1,
    Fault.BAG_FLIPPED: 0.2,
    Fault.BAG_CUT: 0.2,
}
"""The most often a kind may strike per delivery; each episode draws its own rate between nothing and this."""


class Faults:
    """The rates of one episode and the tally of what fired."""

    def __init__(self, chance: Chance, tally: Counter[str], note: Callable[[str], None]) -> None:
        self._chance = chance
        self._rates = {kind: chance.between(0, most) * chance.pick((0, 1, 1)) for kind, most in MOST.items()}
        self._tally = tally
        self._note = note
        self.active = True

    def draws(self, kind: Fault) -> bool:
        """Whether to set a trap of this kind, which is counted only if something falls into it."""
        return self.active and self._chance.hits(self._rates[kind])

    def strikes(self, kind: Fault) -> bool:
        """Whether a fault of this kind strikes now; if so it is counted as fired."""
        if self.draws(kind):
            self.fired(kind)
            return True
        return False

    def fired(self, kind: Fault) -> None:
        self._tally[kind.value] += 1
        self._note(f"fault {kind.value}")
