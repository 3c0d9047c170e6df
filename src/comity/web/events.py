"""The words for what the ledger enters, as catalogue keys: the code stands beside them, small."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from comity.web.vocabulary import CUSTODY

EVENTS: Mapping[str, Promise | str] = {
    "authorities:authority:established": _("Authority established"),
    "authorities:office:opened": _("Office opened"),
    "authorities:officer:appointed": _("Officer appointed"),
    "authorities:officer:assigned": _("Roles changed"),
    "authorities:partner:added": _("Partner's node accepted"),
    "authorities:partner:noted": _("Partner without a node noted"),
    "documents:document:read": _("Document read"),
    "evidence:item:awaited": _("Item announced"),
    "evidence:item:read": _("Item opened"),
    "evidence:items:searched": _("Evidence looked through"),
    "evidence:party:admitted": _("Authority admitted to the evidence"),
    "evidence:release:proposed": _("Release proposed"),
    "evidence:release:approved": _("Release approved"),
    "evidence:release:refused": _("Release refused"),
    "evidence:release:exported": _("Release exported"),
    "evidence:release:read": _("Release read"),
    "evidence:transfer:completed": _("Transfer completed"),
    "evidence:transfer:broken": _("Transfer found broken"),
    "exchange:envelope:rejected": _("Envelope refused"),
    "exchange:message:delivered": _("Message delivered"),
    "exchange:message:equivocated": _("Two contents under one number"),
    "exchange:message:posted": _("Message put in the outbox"),
    "exchange:message:received": _("Message received"),
    "exchange:message:repeated": _("Message received again"),
    "exchange:message:resent": _("Message sent again"),
    "exchange:message:stopped": _("Message stopped for good"),
    "law:basis:asked": _("Law asked"),
    "law:coverage:read": _("Coverage of the law read"),
    "law:instrument:read": _("Instrument read"),
    "law:instruments:searched": _("Instruments looked through"),
    "law:state:read": _("Law of a State read"),
    "law:states:searched": _("States looked through"),
    "requests:amendment:asked": _("Returned for amendment"),
    "requests:answer:printed": _("Answer printed for the post"),
    "requests:authorisation:recorded": _("Order of a court recorded"),
    "requests:consultation:opened": _("Consultation opened"),
    "requests:consultation:answered": _("Consultation answered"),
    "requests:dossier:closed": _("Dossier closed"),
    "requests:dossier:opened": _("Dossier opened for work"),
    "requests:dossier:read": _("Dossier read"),
    "requests:dossier:searched": _("Dossiers searched"),
    "requests:draft:read": _("Draft read"),
    "requests:draft:saved": _("Draft saved"),
    "requests:evidence:countersigned": _("Receipt of evidence countersigned"),
    "requests:evidence:returned": _("Evidence returned"),
    "requests:execution:recorded": _("Execution recorded"),
    "requests:feedback:given": _("Outcome told"),
    "requests:letter:posted": _("Letter posted"),
    "requests:letter:recorded": _("Letter recorded"),
    "requests:letters:searched": _("Post book read"),
    "requests:inbox:read": _("Inbox opened"),
    "requests:message:read": _("Message and proof read"),
    "requests:needs:read": _("What needs me opened"),
    "requests:question:asked": _("Question asked"),
    "requests:question:answered": _("Question answered"),
    "requests:receipt:confirmed": _("Receipt confirmed (Annex B)"),
    "requests:release:prepared": _("Letter made out"),
    "requests:reminder:sent": _("Reminder sent"),
    "requests:reminder:unsent": _("Reminder could not be sent"),
    "requests:request:accepted": _("Request accepted"),
    "requests:request:assessed": _("Conformity checked"),
    "requests:request:checked": _("Form checked"),
    "requests:request:declined": _("Measures declined"),
    "requests:request:exported": _("Request taken out as a file"),
    "requests:request:passed-on": _("Passed to the executing authority"),
    "requests:request:postponed": _("Measures postponed"),
    "requests:request:registered": _("Request registered"),
    "requests:request:sent-back": _("Sent back to the drafter"),
    "requests:request:signed": _("Request signed"),
    "requests:request:transmitted": _("Request transmitted"),
    "requests:request:validated": _("Order validated"),
    "requests:request:withdrawn": _("Request withdrawn"),
    "requests:results:checked": _("Results checked"),
    "requests:signature:withdrawn": _("Signature withdrawn"),
    "requests:transfer:resumed": _("Transfer resumed"),
    "requests:transfer:suspended": _("Transfer suspended"),
    "safeguards:ledger:read": _("Ledger read"),
}
_CUSTODY = "evidence:custody:"


def event_word(code: str) -> str:
    """The word for an event of the ledger; one without a word stands as it is: nothing is hidden."""
    if code.startswith(_CUSTODY):
        return str(CUSTODY.get(code.removeprefix(_CUSTODY), code))
    return str(EVENTS.get(code, code))
