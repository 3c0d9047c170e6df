"""The words for the codes of the register: kinds of instruments and treaties, standings, grounds, clocks, relations."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

Words = Mapping[str, Promise | str]

LAW_WORDS: Mapping[str, Words] = {
    "instrument": {
        "multilateral": _("Multilateral convention"),
        "regional": _("Regional convention"),
        "eu-act": _("Act of the European Union"),
        "eu-agreement": _("Agreement of the European Union"),
        "bilateral": _("Bilateral treaty"),
        "statute": _("Statute of an international court"),
        "model": _("Model, binds nobody"),
        "comity": _("Comity and reciprocity"),
    },
    "treaty": {
        "MLA": _("Mutual legal assistance"),
        "EXTRADITION": _("Extradition"),
        "TRANSFER": _("Transfer of sentenced persons"),
        "CONFISCATION": _("Confiscation"),
        "DRUGS": _("Drug trafficking"),
    },
    "status": {
        "party": pgettext_lazy("register", "party"),
        "bound": pgettext_lazy("register", "bound"),
        "not_bound": pgettext_lazy("register", "recorded as not bound"),
        "withdrawn": pgettext_lazy("register", "withdrew"),
        "signatory": pgettext_lazy("register", "signed only"),
        "ratified_not_in_force": pgettext_lazy("register", "ratified, not in force for it"),
        "action_recorded": pgettext_lazy("register", "took some action"),
        "unknown": pgettext_lazy("register", "nothing listed: unknown"),
        "in_force": pgettext_lazy("register", "in force"),
        "listed": pgettext_lazy("register", "listed"),
        "signed": pgettext_lazy("register", "signed"),
        "suspended": pgettext_lazy("register", "suspended"),
        "terminated": pgettext_lazy("register", "ended"),
    },
    "ground": {
        "mandatory": _("must refuse"),
        "optional": _("may refuse"),
        "postponement": _("may postpone"),
        "condition": _("may set a condition"),
        "duty": _("duty before or with a refusal"),
        "never": _("may not be a ground"),
    },
    "use": {
        "specialty": _("Use for other proceedings"),
        "confidentiality": _("Confidentiality"),
        "return": _("Return of what was handed over"),
        "other": _("Other condition"),
    },
    "relation": {
        "yields": pgettext_lazy("one instrument to another", "leaves the field to"),
        "supplements": pgettext_lazy("one instrument to another", "supplements"),
        "replaces": pgettext_lazy("one instrument to another", "replaces between States bound by it"),
        "beside": pgettext_lazy("one instrument to another", "stands beside"),
    },
    "beside": {
        "bilateral": _("bilateral treaties"),
        "regional": _("regional conventions"),
        "multilateral": _("multilateral conventions"),
        "mla-treaty": _("treaties on mutual legal assistance"),
        "eu-act": _("acts of the European Union"),
    },
    "dual": {
        "always": _("The act must be an offence in both States."),
        "may-refuse": _("Its absence in one State may be a ground for refusal."),
        "never": _("Not asked."),
        "unless-listed": _("Asked, except for listed offences."),
        "declared": _("Asked where the requested State declared so."),
        "coercive": _("Asked for coercive measures only."),
        "unknown": _("Not read."),
    },
    "limit": {
        "hard": pgettext_lazy("time limit", "binding"),
        "soft": pgettext_lazy("time limit", "to be kept where possible"),
        "right": pgettext_lazy("time limit", "gives a right"),
    },
    "missing": {
        "no-list": _("no list of States"),
        "no-days": _("days of entry into force"),
        "some-days": _("some days of entry into force"),
        "old": _("rows newer than five years"),
        "undated": _("the age of its rows"),
        "inferred": _("a reading of inferred rows"),
        "provisions": _("a reading of some provisions"),
        "grounds": _("grounds of refusal"),
        "declarations": _("declarations"),
    },
    "declared": {
        "languages": _("Languages"),
        "authorities": _("Authorities"),
        "channels": _("Channels and form"),
        "reservations": _("Declarations and reservations"),
    },
}
