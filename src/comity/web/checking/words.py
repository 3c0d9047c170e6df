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
