"""A form's file is checked against its shape when it is read: each fault names the file and the line.

The shape is the one of the data files: a form has sections, a section has fields, a group field has fields of its own.
`status` says how a fact was learned: V read in the instrument's text or an act that reproduces it, VT read only in a
national act that transposes it, V2 read only in a secondary source, R recalled, U not established, O ours: the field
of a letter whose form no instrument prescribes.
"""

from collections.abc import Callable, Mapping
from importlib.resources import files
from typing import Any

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from comity.values.errors import InvalidInputError

DATA = files("comity.forms") / "data"

LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml's parser where it was built in: the six languages take ten times as long without it."""

STATUSES = frozenset({"V", "VT", "V2", "R", "U", "O"})

FORM_KEYS = frozenset(
    {
        "id",
        "title",
        "instrument",
        "version",
        "status_default",
        "source_default",
        "semantics",
        "sections",
        "field_counts",
        "sources",
        "note",
        "notes",
        "provision",
        "rules",
        "facts",
        "extends",
        "languages",
        "channels",
        "differences_from_untoc",
        "instruments",
    }
)
FORM_NEEDS = ("id", "title", "instrument", "version", "status_default", "source_default", "sections", "sources")
SECTION_KEYS = frozenset(
    {
        "letter",
        "title",
        "fields",
        "required",
        "condition",
        "status",
        "source",
        "note",
        "prov",
        "repeat",
        "visible_to",
        "hidden_from",
    }
)
SECTION_NEEDS = ("letter", "title", "fields")
FIELD_KEYS = frozenset(
    {
        "id",
        "label",
        "type",
        "required",
        "provision",
        "options",
        "source",
        "status",
        "fields",
        "repeat",
        "opts_ref",
        "note",
        "numbers_per_offence",
        "const",
        "min_days",
        "max_days",
        "triggers",
    }
)
FIELD_NEEDS = ("id", "label", "type", "required")


def fault(file: str, node: Node, sentence: str) -> InvalidInputError:
    return InvalidInputError(
        f"{file}, line {node.start_mark.line + 1}: {sentence} The form was not loaded.",
        code="forms:data",
        place=f"{file}:{node.start_mark.line + 1}",
        next_step="Correct the file at that line.",
    )


def members(file: str, node: Node) -> dict[str, Node]:
    """The entries of a mapping by key; a key given twice is a fault."""
    if not isinstance(node, MappingNode):
        raise fault(file, node, "A mapping of names to values must stand here.")
    found: dict[str, Node] = {}
    for key, value in node.value:
        name = str(key.value)
        if name in found:
            raise fault(file, key, f"'{name}' is given twice.")
        found[name] = value
    return found


def check_keys(file: str, node: Node, allowed: frozenset[str], needed: tuple[str, ...], what: str) -> dict[str, Node]:
    entries = members(file, node)
    for name, value in entries.items():
        if name not in allowed:
            raise fault(file, value, f"'{name}' is not a property of a {what}.")
    for name in needed:
        if name not in entries:
            raise fault(file, node, f"This {what} lacks '{name}'.")
    status = entries.get("status", entries.get("status_default"))
    if status is not None and scalar(status) not in STATUSES:
        raise fault(file, status, f"'{scalar(status)}' is not a status; write V, VT, V2, R, U or O.")
    return entries


def scalar(node: Node) -> str:
    return str(node.value) if isinstance(node, ScalarNode) else ""


def each(file: str, node: Node) -> list[Node]:
    if not isinstance(node, SequenceNode):
        raise fault(file, node, "A list must stand here.")
    return list(node.value)


def check_sources(file: str, entries: Mapping[str, Node], known: set[str]) -> None:
    """Each source a fact names must be listed under `sources` with where it was read."""
    for key in ("source", "source_default"):
        if key in entries:
            for name in scalar(entries[key]).split("+"):
                if name not in known:
                    raise fault(file, entries[key], f"The source '{name}' is not listed under 'sources'.")


def check_fields(file: str, node: Node, known: set[str]) -> None:
    seen: set[str] = set()
    for item in each(file, node):
        entries = check_keys(file, item, FIELD_KEYS, FIELD_NEEDS, "field")
        name = scalar(entries["id"])
        if name in seen:
            raise fault(file, entries["id"], f"The field '{name}' stands twice in one section.")
        seen.add(name)
        check_sources(file, entries, known)
        if "fields" in entries:
            check_fields(file, entries["fields"], known)


def check_form(file: str, root: Node) -> None:
    """Refuse a form whose file is not of the shape above; `file` is its name, for the message."""
    form = check_keys(file, root, FORM_KEYS, FORM_NEEDS, "form")
    stem = file.rpartition("/")[2].removesuffix(".yaml")
    if scalar(form["id"]) != stem:
        raise fault(file, form["id"], f"The form's id '{scalar(form['id'])}' is not the name of its file, '{stem}'.")
    known = set(members(file, form["sources"]))
    check_sources(file, form, known)
    letters: set[str] = set()
    for item in each(file, form["sections"]):
        section = check_keys(file, item, SECTION_KEYS, SECTION_NEEDS, "section")
        letter = scalar(section["letter"])
        if letter in letters:
            raise fault(file, section["letter"], f"The section '{letter}' stands twice.")
        letters.add(letter)
        check_sources(file, section, known)
        check_fields(file, section["fields"], known)


def read_checked(file: str, text: str, check: Callable[[str, Node], None]) -> Any:
    """Parse YAML and check it by its nodes, so that each fault has a line; `file` is a name, not a path."""
    try:
        root = yaml.compose(text, Loader=LOADER)
        if root is None:
            raise InvalidInputError(f"{file} is empty. Nothing was loaded.", code="forms:data", place=f"{file}:1")
        check(file, root)
        return yaml.load(text, Loader=LOADER)  # noqa: S506 -- LOADER is one of the two safe loaders
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise InvalidInputError(
            f"{file}, line {line}: this is not YAML ({error.problem}). Nothing was loaded.",
            code="forms:data",
            place=f"{file}:{line}",
            next_step="Correct the file at that line.",
        ) from error
