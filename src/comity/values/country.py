"""States by ISO 3166-1 alpha-2, with their names in the reader's language (CLDR)."""

from difflib import get_close_matches
from functools import lru_cache

from babel import Locale

from comity.values.errors import InvalidInputError

_NOT_STATES = {"EU", "EZ", "UN", "XA", "XB", "QO", "ZZ"}
"""CLDR groupings that are not States."""


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
    """The alpha-2 code of a State given by code or English name; unknown ones are answered with the nearest."""
    names = country_names("en")
    code = text.strip().upper()
    if code in names:
        return code
    by_name = {name.casefold(): known for known, name in names.items()}
    if text.strip().casefold() in by_name:
        return by_name[text.strip().casefold()]
    near = [f"{by_name[name]} ({name.title()})" for name in get_close_matches(text.casefold(), by_name, n=3)]
    near += [f"{known} ({names[known]})" for known in get_close_matches(code[:2], names, n=3, cutoff=0.5)]
    raise InvalidInputError(
        f"'{text}' is not a State's two-letter code. Nearest: {', '.join(near[:3]) or 'none'}.",
        code="input:state",
    )
