"""Where a fault of a law file stands: the path of keys in it, and from it the line.

Lines are looked up only when something is wrong: a whole load of sound files never pays for them.
"""

import re
from collections.abc import Sequence
from typing import Any, TypeAlias

import yaml

from comity.values.errors import BrokenError

Path: TypeAlias = Sequence[str | int]


class LawLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # the C twin is built or not
    """The safe loader with `true` and `false` as the only truth words: `NO` is Norway and `on` is a day.

    A key said twice in one mapping is refused: of two values one would be lost without a word.
    """

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        names = [name.value for name, _ in node.value]
        if len(set(map(str, names))) != len(names):
            twice = next(name for name in names if names.count(name) > 1)
            raise yaml.constructor.ConstructorError(None, None, f"'{twice}' stands twice", node.start_mark)
        found: dict[Any, Any] = super().construct_mapping(node, deep=deep)
        return found


LawLoader.yaml_implicit_resolvers = {
    letter: [(tag, form) for tag, form in resolvers if tag != "tag:yaml.org,2002:bool"]
    for letter, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
LawLoader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))


class LawText:
    """One law file while it is read: its name, its text, its value."""

    def __init__(self, name: str, text: str, value: Any = None) -> None:
        self.name = name
        self.text = text
        self.value = parse_yaml(name, text) if value is None else value

    def mapping(self, wanted: Sequence[str]) -> dict[str, Any]:
        """The value as a mapping that has these keys."""
        if not isinstance(self.value, dict):
            raise self.broken("it is a mapping of names to values", ())
        for key in wanted:
            if key not in self.value:
                raise self.broken(f"`{key}` is missing", ())
        return self.value

    def broken(self, why: str, path: Path) -> BrokenError:
        """The fault at a path of keys, with its line; to be raised by the caller."""
        place = ".".join(str(key) for key in path)
        line = line_of(self.text, path)
        where = f"{self.name}, line {line}" if line else self.name
        return BrokenError(
            f"{where}{f' ({place})' if place else ''}: {why}.",
            code="law:file",
            place=f"{self.name}:{line or place}",
            next_step="Correct the file at that line; nothing of it was used.",
        )


def parse_yaml(name: str, text: str) -> Any:
    """The value of a file; one that does not parse, or says a key twice, is refused with its line."""
    try:
        value = yaml.load(text, Loader=LawLoader)  # noqa: S506 - a safe loader
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise BrokenError(
            f"{name}, line {line}: it is no YAML: {error.problem or error.context}.",
            code="law:file",
            place=f"{name}:{line}",
            next_step="Correct the file at that line; nothing of it was used.",
        ) from error
    except (yaml.YAMLError, ValueError) as error:
        raise BrokenError(f"{name}: it cannot be read: {error}", code="law:file", place=name) from error
    return value


def line_of(text: str, path: Path) -> int:
    """The line (from 1) of what stands at a path of keys; of the nearest thing above it where it is missing."""
    if not text:
        return 0
    node = yaml.compose(text, Loader=LawLoader)
    if node is None:
        return 1
    line = node.start_mark.line + 1
    for key in path:
        found = _step(node, key)
        if found is None:
            break
        line, node = found
    return line


def _step(node: yaml.Node, key: str | int) -> tuple[int, yaml.Node] | None:
    if isinstance(node, yaml.MappingNode):
        for name, value in node.value:
            if name.value == str(key):
                return name.start_mark.line + 1, value
    elif isinstance(node, yaml.SequenceNode) and isinstance(key, int) and key < len(node.value):
        return node.value[key].start_mark.line + 1, node.value[key]
    return None
