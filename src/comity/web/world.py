"""The map of the world on a page: which shape is which State, who asks whom, and how each stands.

The outlines are one static file drawn at set-up (`comity.site.world_map`); the page only points into it. A node set up
without it shows no map: States are chosen in the form all the same.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from babel.core import get_global
from django.contrib.staticfiles import finders

from comity.values.country import country_names

FILE = "vendor/world.svg"
ACROSS, DOWN = 1000.0, 455.0
NEAREST, MARGIN = 240.0, 30.0
"""The narrowest part of the world that is shown, and what is left free about two States, in units of the drawing."""
_SHAPE = re.compile(r'<g id="(\w+)" data-box="([-\d. ]+)">')

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Shape:
    """One State of the drawing: the id of its outline, its code, and the box of its largest part."""

    id: str
    state: str
    box: Box

    @property
    def centre(self) -> tuple[float, float]:
        left, top, right, bottom = self.box
        return (left + right) / 2, (top + bottom) / 2


@dataclass(frozen=True, slots=True)
class Drawn:
    """A shape on a page: its name to be read, and how it stands (`requesting`, `requested`, `clear`, `unsettled`)."""

    shape: Shape
    name: str
    mark: str

    @property
    def box(self) -> str:
        return " ".join(f"{edge:g}" for edge in self.shape.box)


@dataclass(frozen=True, slots=True)
class World:
    """The map as a page shows it: its shapes, the part of the world in view, and the line from State to State."""

    shapes: tuple[Drawn, ...]
    view: str
    width: float
    way: str

    @property
    def stroke(self) -> str:
        """The breadth of a border, so that it looks the same however near the view is."""
        return f"{self.width / 1600:.3f}"


def way(start: tuple[float, float], end: tuple[float, float]) -> str:
    """A bent line from the State that asks to the State that is asked."""
    (left, top), (right, bottom) = start, end
    across, down = right - left, bottom - top
    middle = (left + across / 2 + down * 0.18, top + down / 2 - abs(across) * 0.18)
    return f"M{left:g} {top:g}Q{middle[0]:g} {middle[1]:g} {right:g} {bottom:g}"


def view_of(boxes: list[Box]) -> tuple[Box, float]:
    """The part of the world that holds these boxes, in the shape of the whole; all of it where none is given."""
    if not boxes:
        return (0.0, 0.0, ACROSS, DOWN), ACROSS
    left, top = min(box[0] for box in boxes) - MARGIN, min(box[1] for box in boxes) - MARGIN
    right, bottom = max(box[2] for box in boxes) + MARGIN, max(box[3] for box in boxes) + MARGIN
    width = min(ACROSS, max(NEAREST, right - left, (bottom - top) * ACROSS / DOWN))
    height = width * DOWN / ACROSS
    x = min(max(0.0, (left + right - width) / 2), ACROSS - width)
    y = min(max(0.0, (top + bottom - height) / 2), DOWN - height)
    return (x, y, width, height), width


def world(language: str, requesting: str, requested: str, standing: Mapping[str, str]) -> World | None:
    """The map for a question; `standing` gives the finding of other States under the instrument that stands first."""
    found = shapes()
    if not found:
        return None
    marks = {**standing, requested: "requested", requesting: "requesting"}
    names = country_names(language)
    drawn = [Drawn(one, names[one.state], marks.get(one.state, "")) for one in found]
    # What is marked is drawn last, so that no neighbour lies over its edge.
    drawn.sort(key=lambda one: one.mark in {"requesting", "requested"})
    chosen = {one.state: one for one in found if one.state in {requesting, requested}}
    both = len(chosen) == len((requesting, requested))
    view, width = view_of([one.box for one in chosen.values()] if both else [])
    return World(
        tuple(drawn),
        " ".join(f"{edge:g}" for edge in view),
        width,
        way(chosen[requesting].centre, chosen[requested].centre) if both else "",
    )


def shapes() -> tuple[Shape, ...]:
    path = finders.find(FILE)
    return _shapes(Path(path)) if isinstance(path, str) else ()


@lru_cache(maxsize=4)
def _shapes(path: Path) -> tuple[Shape, ...]:
    return tuple(_known(path.read_text(encoding="utf-8")))


def _known(drawing: str) -> Iterator[Shape]:
    """The shapes that are States of our lists, in the order in which they are drawn."""
    known, aliases = country_names("en"), get_global("territory_aliases")
    for name, box in _SHAPE.findall(drawing):
        states = [name] if name in known else list(aliases.get(name.removeprefix("n"), ()))
        if len(states) == 1 and states[0] in known:
            left, top, right, bottom = map(float, box.split())
            yield Shape(name, states[0], (left, top, right, bottom))
