"""The 32 categories of offences without a check of dual criminality (Annex D of the EIO Directive, and others)."""

from functools import lru_cache

import yaml

from comity.forms.labels import term
from comity.forms.schema import DATA
from comity.values.errors import MissingError


@lru_cache(maxsize=1)
def categories() -> tuple[str, ...]:
    """The ids of the categories in the order of the list; number 1 stands first."""
    data = yaml.safe_load((DATA / "offence_categories_32.yaml").read_text(encoding="utf-8"))
    ordered = sorted(data["categories"], key=lambda item: int(item["number"]))
    return tuple(str(item["id"]) for item in ordered)


def category_label(code: str, language: str) -> str:
    """A category by its id or by the code of the list (`EAW-05`), in the words of the list."""
    name = code
    if code.startswith("EAW-") and code[4:].isdigit() and 1 <= int(code[4:]) <= len(categories()):
        name = categories()[int(code[4:]) - 1]
    if name not in categories():
        raise MissingError(f"'{code[:40]}' is not one of the 32 categories.", code="forms:category", place=code[:40])
    return term("category", name, language)
