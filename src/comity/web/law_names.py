"""Names of parties and treaties as the reader's language has them."""

import re

from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from comity.values.country import country_names
from comity.web import vocabulary

_UNTITLED = re.compile(r"^Treaty between ([A-Z]{2,4}) and ([A-Z]{2,4}) \(([A-Z]+)\)(?:: (.+))?$", re.DOTALL)
_FORMER = {"CSHH": _("Czechoslovakia (former)"), "YUCS": _("Yugoslavia (former)"), "EU": _("European Union")}
"""Parties in registers that are in no list of States today."""


def language() -> str:
    return (get_language() or "en")[:2]


def party_name(code: str) -> str:
    """The name of a State, or of another party that registers list."""
    return country_names(language()).get(code) or str(_FORMER.get(code, code))


def treaty_title(title: str) -> str:
    """The title as printed; a treaty whose sources print none is named by its States and its kind."""
    untitled = _UNTITLED.match(title)
    if not untitled:
        return title
    first, second, kind, printed = untitled.groups()
    said = gettext("%(kind)s: treaty between %(first)s and %(second)s")
    named = said % {
        "kind": vocabulary.word("treaty", kind),
        "first": party_name(first),
        "second": party_name(second),
    }
    return f"{named} ({printed})" if printed else named
