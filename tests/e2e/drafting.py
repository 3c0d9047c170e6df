"""The letter of the story, typed into the drafting page as a person would: entries added, then each field filled."""

from typing import Any

from comity.web.drafting.places import value_at
from tests.e2e.desk import Desk

CONTROLS = """() => [...document.querySelectorAll(
  '#draft :is(input:not([type=hidden]), textarea, select)[name]'
)].map((one) => ({name: one.name, type: one.type, tag: one.tagName, value: one.type === 'checkbox' ? one.value : ''}))"""
SAVED = """() => sessionStorage.length === 0
  && document.querySelector('[data-saved]').dataset.state === 'saved'"""
ENTRIES = ("statutes", "persons", "parts", "translations")


def write(desk: Desk, letter: dict[str, Any], *, without: tuple[str, ...] = ()) -> None:
    """Fill the open drafting page with the letter; fields whose place begins with a word of `without` stay empty."""
    page = desk.page
    page.select_option("#instrument", letter["instrument"])
    saved(desk)
    for name in ENTRIES:
        for _entry in letter.get(name, []):
            desk.press(f"button[name=add][value={name}]", looking=False)
    for index, part in enumerate(letter["parts"]):
        page.select_option(f'[name="parts[{index}].measure"]', part["measure"])
        page.wait_for_selector(f'[name="parts[{index}].{"person" if "person" in part else "account"}"]')
    filled: set[tuple[str, str]] = set()
    while fresh := [one for one in page.evaluate(CONTROLS) if (one["name"], one["value"]) not in filled]:
        filled |= {(one["name"], one["value"]) for one in fresh}
        for one in fresh:
            _fill(page, one, None if one["name"].startswith(without) else words_for(letter, one["name"]))
        saved(desk)  # a choice may have brought further fields; they are filled next


def _fill(page: Any, control: dict[str, str], value: str | list[str] | None) -> None:
    if value is None:
        return
    place = f'#draft [name="{control["name"]}"]'
    if control["type"] == "checkbox":
        page.set_checked(f'{place}[value="{control["value"]}"]', control["value"] in value)
    elif control["tag"] == "SELECT":
        page.select_option(place, value)
    else:
        page.fill(place, value if isinstance(value, str) else ", ".join(value))


def saved(desk: Desk) -> None:
    """The node has every word: none is kept in the window any more, and the page says so."""
    desk.until(lambda: desk.page.evaluate(SAVED), "the draft to be saved")


def words_for(letter: dict[str, Any], name: str) -> str | list[str] | None:
    """What stands in the letter for a control of this name; None where the letter says nothing."""
    if name == "instrument":
        return None
    found = value_at(letter, name)
    if isinstance(found, bool):
        return ["yes"] if found else []
    if isinstance(found, dict):
        return str(next(iter(found.values())))
    if isinstance(found, str | list):
        return found
    place, _dot, language = name.rpartition(".")
    texts = value_at(letter, place) if place else None
    said = texts if isinstance(texts, list) else [texts]
    return "\n".join(one.get(language, "") for one in said) if all(isinstance(one, dict) for one in said) else None
