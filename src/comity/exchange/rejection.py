"""Why an envelope is refused: one closed list, each with its sentence and whether trying again can help."""

from enum import StrEnum

from comity.values.errors import RefusedError


class RejectionCode(StrEnum):
    """Wire words of a refusal; they never change their meaning."""

    MALFORMED = "malformed"
    UNKNOWN_PEER = "unknown-peer"
    WRONG_RECIPIENT = "wrong-recipient"
    SIGNATURE = "signature"
    SEALED = "sealed"
    EQUIVOCATION = "equivocation"
    TOO_LARGE = "too-large"
    UNSUPPORTED_VERSION = "unsupported-version"
    UNSUPPORTED_TYPE = "unsupported-type"
    REFUSED = "refused"
    QUOTA = "quota"
    BEHIND = "behind"


SENTENCES: dict[RejectionCode, str] = {
    RejectionCode.MALFORMED: "The envelope or what it seals is not in the form of the protocol.",
    RejectionCode.UNKNOWN_PEER: "The sender is not a partner of this node.",
    RejectionCode.WRONG_RECIPIENT: "The message is not for an authority of this node.",
    RejectionCode.SIGNATURE: "The signature does not hold under the sender's key in our directory.",
    RejectionCode.SEALED: "The seal does not open with the recipient's key.",
    RejectionCode.EQUIVOCATION: "Another message came under the same id; both are kept as proof.",
    RejectionCode.TOO_LARGE: "The envelope is larger than this node reads.",
    RejectionCode.UNSUPPORTED_VERSION: "The protocol or suite is not one this node speaks.",
    RejectionCode.UNSUPPORTED_TYPE: "This node does not know this type of message.",
    RejectionCode.REFUSED: "The recipient's rules refuse the message; the reason is in the receipt.",
    RejectionCode.QUOTA: "The sender has used what this node allows it; the message may be sent again later.",
    RejectionCode.BEHIND: "The message does not follow what its sender sent before: the sender reconciles first.",
}

PASSING = frozenset(
    {
        RejectionCode.UNKNOWN_PEER,
        RejectionCode.WRONG_RECIPIENT,
        RejectionCode.SIGNATURE,
        RejectionCode.SEALED,
        RejectionCode.QUOTA,
        RejectionCode.BEHIND,
    }
)
"""What may heal without the message changing: partners still exchange or renew keys, an hour passes. All else is
final: the same message cannot succeed, so the sender's node stops and asks a person."""


class EnvelopeRejectedError(RefusedError):
    """A refusal that no signed receipt can carry, as its sender or addressee is not known; nothing was changed."""

    def __init__(self, rejection: RejectionCode, detail: str = "") -> None:
        super().__init__(
            f"{SENTENCES[rejection]} {detail}".strip() + " It had no effect.",
            code=f"exchange:{rejection.value}",
            next_step="It may be sent again later." if rejection in PASSING else "Correct it before sending again.",
        )
        self.rejection = rejection


class QuotaError(RefusedError):
    """The sender would go over what this node allows it; a receiver may raise it too. Nothing was kept."""

    def __init__(self, message: str, *, place: str = "") -> None:
        super().__init__(
            message, code="exchange:quota", place=place, next_step="It is sent again by itself, later and later."
        )


class BehindError(RefusedError):
    """The sender wrote without knowing what it wrote before: it works on an older copy. Nothing was kept."""

    def __init__(self, message: str, *, place: str = "") -> None:
        super().__init__(
            message, code="exchange:behind", place=place, next_step="The sender asks first what it lacks (reconcile)."
        )
