"""Results as they are returned: which items, of which executed parts, under what words, bound by what."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """Items of executed parts, the words of the cover letter that vouches for them, the conditions bound to them."""

    parts: Sequence[str]
    items: Sequence[str]
    """References, each once."""
    cover_letter: Mapping[str, str]
    """The letter's text by language."""
    conditions: Sequence[Mapping[str, Any]] = ()
    """Use conditions beyond those of the instrument and of the acceptance, as JSON values."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutgoingResults(Results):
    """Results that leave us."""

    carrier: str = ""
    """On what they go by post to a partner without a node, e.g. a sealed USB stick and its number."""
    permission: str = ""
    """Where another State let that be sent on which was made from its items."""
