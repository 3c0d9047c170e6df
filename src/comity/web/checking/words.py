"""What follows from a ground, how binding a limit is, how a subject of the gate stands: in the reader's words."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Words = Mapping[str, Promise | str]

WORDS: Mapping[str, Words] = {
    "follows": {
        "mandatory": _("must be refused"),
        "optional": _("may be refused"),
        "condition": _("may be made subject to it"),
        "postponement": _("may be postponed"),
    },
    "limit": {
        "hard": _("must be kept"),
        "soft": _("should be kept"),
        "right": _("may be used"),
    },
    "asks": {
        "asked": _("asked"),
        "one of several": _("one of several"),
        "not asked": _("not asked"),
        "unknown": _("law not given"),
    },
    "met": {
        "CLEAR": _("met"),
        "BARRED": _("not met"),
        "UNSETTLED": _("open"),
    },
    "met by one": {
        "CLEAR": _("one is met"),
        "BARRED": _("none is met"),
        "UNSETTLED": _("open"),
    },
    "needed": {
        "needed": _("Dual criminality is needed."),
        "not needed": _("Dual criminality is not needed."),
        "may be refused without it": _("Without dual criminality it may be refused."),
        "needed if the requested State declared so": _(
            "Dual criminality is needed if the requested State declared so."
        ),
        "not read": _("What the instrument asks was not read; it is compared as if it were needed."),
    },
    "trigger": {
        "appearance": _("The day of the appearance"),
        "arrest": _("Arrest"),
        "border-crossing": _("Crossing of the border"),
        "consent": _("Consent of the person"),
        "consent-asked": _("Receipt of the request for consent"),
        "decision": _("Decision"),
        "denunciation-received": _("Receipt of the denunciation"),
        "emergency-issue": _("Order issued in an emergency"),
        "enforcement-receipt": _("Receipt of the request to enforce"),
        "evidence-available": _("Evidence is available"),
        "final-discharge": _("Final discharge of the person"),
        "information-asked": _("Information was asked for"),
        "justification-recorded": _("Justification was recorded"),
        "limit-asked": _("A limit of time was asked for"),
        "log-created": _("Log was made"),
        "match-confirmed": _("Match was confirmed"),
        "new-surrender-date": _("New date agreed for surrender"),
        "notification": _("Notification of the enforcing authority"),
        "notification-emergency": _("Notification of the enforcing authority in an emergency"),
        "order-served": _("Service of the order on the provider"),
        "order-served-under-article-8": _("Service of the order on the provider by the requested Party"),
        "planned-outage-over-12-hours": _("Planned outage of more than 12 hours"),
        "planned-outage-to-12-hours": _("Planned outage of up to 12 hours"),
        "planned-outage-to-4-hours": _("Planned outage of up to 4 hours"),
        "presence-no-longer-required": _("Presence of the person no longer required"),
        "preservation": _("Preservation of the data"),
        "provisional-arrest": _("Provisional arrest"),
        "receipt": _("Receipt of the request or order"),
        "receipt-emergency": _("Receipt in an emergency"),
        "receipt-notified": _("Receipt of an order that is notified"),
        "receipt-of-annex-c": _("Receipt of Annex C"),
        "receipt-of-annex-iii": _("Receipt of Annex III"),
        "receipt-urgent": _("Receipt of an urgent order"),
        "surrender-date-missed": _("The date fixed for surrender, when it was missed"),
        "urgent-request-direct": _("Urgent request for information directly accessible"),
        "urgent-request-indirect": _("Urgent request for information indirectly accessible"),
        "urgent-transmission": _("Urgent transmission in advance"),
    },
    "standing": {
        "RECORDED": _("Recorded"),
        "ASSURED": _("Assured"),
        "ASK": _("To be asked"),
        "ANSWERED": _("Asked, nothing recorded"),
    },
}
"""A code without a word stands as it is: nothing is hidden."""


def said(kind: str, code: str) -> str:
    return str(WORDS[kind].get(code, code))
