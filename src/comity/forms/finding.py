"""A finding: a place in the content where an element of a request is not stated as it should be."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Content = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Finding:
    place: str
    text: str
    only_helps: bool = False


Check = Callable[[Content], Iterator[Finding]]


def parts(content: Content) -> list[tuple[int, Mapping[str, Any]]]:
    return list(enumerate(content.get("parts", [])))


def stated(place: str, sentence: str) -> Check:
    """An element that is a text at one place."""

    def check(content: Content) -> Iterator[Finding]:
        value: Any = content
        for key in place.split("."):
            value = value.get(key) if isinstance(value, Mapping) else None
        if not value:
            yield Finding(place, sentence)

    return check
