"""States by ISO 3166-1 alpha-2, with their names in the reader's language (CLDR)."""

from difflib import get_close_matches
from functools import lru_cache

from babel import Locale

from comity.values.errors import InvalidInputError

_NOT_STATES = {"EU", "EZ", "UN", "XA", "XB", "QO", "ZZ"}
"""CLDR groupings that are not States."""

NAMED_IN = ("en", "fr", "es", "ar", "ru", "zh", "de", "it", "pt")
"""Languages in which a State may be named where its code is asked for."""


@lru_cache(maxsize=32)
def country_names(language: str = "en") -> dict[str, str]:
    """Alpha-2 code to name, in one language; the names come from CLDR."""
    territories = Locale.parse(language).territories
    return {
        code: str(name)
        for code, name in territories.items()
        if len(code) == 2 and code.isalpha() and code not in _NOT_STATES
    }


def country_name(code: str, language: str = "en") -> str:
    return country_names(language).get(code, code)


def parse_country(text: str) -> str:
    """The alpha-2 code of a State given by code, or by its name in a language of the house.

    An unknown one is answered with the nearest.
    """
    names = country_names("en")
    code = text.strip().upper()
    if code in names:
        return code
    by_name = _codes_by_name()
    if text.strip().casefold() in by_name:
        return by_name[text.strip().casefold()]
    near = [by_name[name] for name in get_close_matches(text.casefold(), by_name, n=3)]
    near += get_close_matches(code[:2], names, n=3, cutoff=0.5) if len(code) <= 3 or not near else []
    shown = [f"{known} ({names[known]})" for known in dict.fromkeys(near)][:3]
    raise InvalidInputError(
        f"'{text}' is not a State's two-letter code. Nearest: {', '.join(shown) or 'none'}.",
        code="input:state",
    )


@lru_cache(maxsize=1)
def _codes_by_name() -> dict[str, str]:
    """The code under each name, in all languages in which people here write: the English name goes first."""
    found: dict[str, str] = {}
    for language in NAMED_IN:
        for code, name in country_names(language).items():
            found.setdefault(name.casefold(), code)
    return found
