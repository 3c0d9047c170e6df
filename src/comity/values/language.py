"""Languages by BCP 47 primary tag, with their names and direction."""

from babel import Locale
from babel.core import UnknownLocaleError

from comity.values.errors import InvalidInputError

RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur"})


def language_name(code: str, language: str = "en") -> str:
    return str(Locale.parse(language).languages.get(code, code))


def direction(code: str) -> str:
    return "rtl" if code in RIGHT_TO_LEFT else "ltr"


def parse_language(text: str) -> str:
    code = text.strip().lower()
    try:
        Locale.parse(code)
    except (UnknownLocaleError, ValueError) as error:
        raise InvalidInputError(f"'{text}' is not a language code; write en, es, ar.", code="input:language") from error
    return code
