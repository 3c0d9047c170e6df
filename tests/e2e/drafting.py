"""The letter of the story, typed into the drafting page as a person would: entries added, then each field filled."""

from typing import Any

from comity.web.drafting.places import value_at
from tests.e2e.desk import Desk

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
    controls = page.locator("#draft :is(input:not([type=hidden]), textarea, select)[name]")
    for control in controls.all():
        name = control.get_attribute("name") or ""
        value = None if name.startswith(without) else words_for(letter, name)
        if value is None:
            continue
        if control.get_attribute("type") == "checkbox":
            control.set_checked(control.get_attribute("value") in value)
        elif control.evaluate("one => one.tagName") == "SELECT":
            control.select_option(value)
        else:
            control.fill(value if isinstance(value, str) else ", ".join(value))
    saved(desk)


def saved(desk: Desk) -> None:
    """The page said that it saves, and then that the node has it."""
    desk.page.wait_for_selector("[data-saved][data-state=saved]")
    desk.page.wait_for_function("sessionStorage.length === 0")


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
