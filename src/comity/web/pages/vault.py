"""The vault: what it holds, how far it has been read back, and what is broken in it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from comity.evidence.actions.scrubbing import EVERY
from comity.evidence.queries import content_alarms
from comity.safeguards.permissions import Permission
from comity.safeguards.queries import stamps
from comity.store.queries import holdings
from comity.store.scrub import Fault
from comity.web.entrance import act_of, actor_asking, enter_opening, now, page

FAULTS = {
    Fault.MISSING: (_("Nothing lies under its name"), _("Bring the file back from a backup or a replica.")),
    Fault.DAMAGED: (_("Its bytes were changed or cut"), _("Bring the file back from a backup or a replica.")),
    Fault.OTHER: (_("It opens, and is not the content of that digest"), _("Call the operator: two things were mixed.")),
    Fault.KEY: (_("Its key no longer unwraps"), _("Restore the database and the keyring of one backup together.")),
}
"""For each fault what it is and what helps."""


@page(Permission.VAULT_READ)
def vault(request: HttpRequest) -> HttpResponse:
    """Opened by those who look after evidence and node; the reading is in the ledger."""
    enter_opening(request, f"{act_of(request).actor.authority}:vault", "store:vault:read")
    held, stamped = holdings(), stamps(act_of(request).actor.authority)
    context = {
        "held": held,
        "days": EVERY.days,
        "stamped": stamped,
        "overdue": stamped.overdue(now()),
        "broken": [
            {"alarm": alarm, "what": FAULTS[Fault(alarm.fault)][0], "help": FAULTS[Fault(alarm.fault)][1]}
            for alarm in content_alarms(actor_asking(request))
        ],
    }
    return render(request, "vault.html", context)
