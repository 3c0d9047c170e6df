"""Draw the world once, at set-up: Natural Earth's public-domain outlines as one small SVG with a shape for each State.

Taken from the package `world-atlas` (TopoJSON of Natural Earth, 1:50 million). Equal Earth projection (Savric,
Patterson and Jenny 2018), so that no State is shown larger than another of its area. A shape's id is `n` and its
ISO 3166-1 number; a State too small to be seen or hit is a dot. Borders are as that source draws them. It needs only
the standard library.
"""

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

WIDTH = 1000.0
CENTRE = 11.0
"""The meridian in the middle: the edges then run through the Bering Strait and cut no mainland."""
STEP, SLACK = 0.5, 0.4
"""The grid on which outlines are rounded and how far a line may stray, in units of the drawing: finer is not seen."""
SMALL, DOT = 3.5, 2.0
"""A shape narrower and lower than the first is a dot with the second as its radius."""
LEFT_OUT = frozenset({"010"})
"""Antarctica: no State is asked there."""
NAMED = {"Kosovo": "XK"}
"""Shapes without a number in the source that stand in lists of States."""
REST = "rest"
"""The id of land that the source gives to no State with a number."""

_A = (1.340264, -0.081106, 0.000893, 0.003796)
_M = math.sqrt(3) / 2
_LEADING_ZERO = re.compile(r"(?<!\d)0(?=\.)")
_SCALE = WIDTH / (2 * math.pi / _M / _A[0])
_TOP = 8.0 + _SCALE * 1.3173627591574

Point = tuple[float, float]
Ring = list[Point]


def equal_earth(longitude: float, latitude: float) -> Point:
    """A place in degrees as a place in the drawing, y growing downwards."""
    angle = math.asin(_M * math.sin(math.radians(latitude)))
    square = angle * angle
    sixth = square**3
    slope = _A[0] + 3 * _A[1] * square + sixth * (7 * _A[2] + 9 * _A[3] * square)
    x = math.radians(longitude - CENTRE) * math.cos(angle) / (_M * slope)
    y = angle * (_A[0] + _A[1] * square + sixth * (_A[2] + _A[3] * square))
    return WIDTH / 2 + _SCALE * x, _TOP - _SCALE * y


def world_svg(topology: Mapping[str, Any]) -> str:
    """The drawing: `<g id="n170" data-box="...">` for each State, the largest first, so that the small can be hit."""
    arcs = [_arc(arc, topology["transform"]) for arc in topology["arcs"]]
    shapes: dict[str, list[Ring]] = {}
    for one in topology["objects"]["countries"]["geometries"]:
        number = str(one.get("id", ""))
        if number in LEFT_OUT:
            continue
        name = f"n{number}" if number else NAMED.get(one["properties"]["name"], REST)
        shapes.setdefault(name, []).extend(_rings(one, arcs))
    rest = shapes.pop(REST, [])
    drawn = sorted(shapes.items(), key=lambda pair: (-_extent(pair[1]), pair[0]))
    low = max(y for _name, rings in drawn for ring in rings for _x, y in ring)
    lines = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:.0f} {math.ceil(low + 6)}">']
    lines += [f'<path id="{REST}" d="{"".join(_path(ring) for ring in rest)}"/>']
    lines += [f'<g id="{name}" data-box="{_frame(rings)}">{_shape(rings)}</g>' for name, rings in drawn]
    return "\n".join([*lines, "</svg>", ""])


def draw(source: str) -> str:
    """The drawing from the text of `countries-50m.json`."""
    return world_svg(json.loads(source))


def _arc(arc: Sequence[Sequence[int]], transform: Mapping[str, Sequence[float]]) -> Ring:
    """One border line in degrees, running on beyond 180 where it crosses that meridian."""
    (across, up), (left, bottom) = transform["scale"], transform["translate"]
    x = y = 0
    line: Ring = []
    for step_x, step_y in arc:
        x, y = x + step_x, y + step_y
        longitude = left + x * across
        line.append((longitude + (_turn(line[-1][0] - longitude) if line else 0), bottom + y * up))
    return line


def _turn(difference: float) -> float:
    """The whole turns nearest to a difference of longitudes."""
    return 360.0 * round(difference / 360.0)


def _drawn(line: Ring, turn: float) -> Ring:
    """A border line projected, rounded and straightened as a whole: two neighbours share it and so stay neighbours."""
    found: Ring = []
    for longitude, latitude in line:
        x, y = equal_earth(longitude + turn, latitude)
        rounded = (round(x / STEP) * STEP, round(y / STEP) * STEP)
        if not found or rounded != found[-1]:
            found.append(rounded)
    return _straightened(found)


def _straightened(line: Ring) -> Ring:
    """The line without the points that stray less than the slack from it (Ramer 1972, Douglas and Peucker 1973)."""
    kept, waiting = {0, len(line) - 1}, [(0, len(line) - 1)]
    while waiting:
        first, last = waiting.pop()
        strays = [(_stray(line[at], line[first], line[last]), at) for at in range(first + 1, last)]
        far, at = max(strays, default=(0.0, 0))
        if far > SLACK:
            kept.add(at)
            waiting += [(first, at), (at, last)]
    return [line[at] for at in sorted(kept)]


def _stray(point: Point, start: Point, end: Point) -> float:
    """How far a point lies from the line between two others, or from the point where both are one."""
    (x, y), (left, top) = point, start
    across, down = end[0] - left, end[1] - top
    length = math.hypot(across, down)
    if not length:
        return math.hypot(x - left, y - top)
    return abs(across * (y - top) - down * (x - left)) / length


def _rings(geometry: Mapping[str, Any], arcs: Sequence[Ring]) -> Iterator[Ring]:
    polygons = [geometry["arcs"]] if geometry["type"] == "Polygon" else geometry["arcs"]
    for polygon in polygons:
        for numbers in polygon:
            yield _ring([arcs[number] if number >= 0 else arcs[~number][::-1] for number in numbers])


def _ring(lines: Sequence[Ring]) -> Ring:
    """One outline from its border lines, each continued from the last, the whole on the side where most of it lies."""
    turns, end = [], lines[0][0][0]
    for line in lines:
        turns.append(_turn(end - line[0][0]))
        end = line[-1][0] + turns[-1]
    middle = [longitude + turn for line, turn in zip(lines, turns, strict=True) for longitude, _latitude in line]
    whole = _turn(CENTRE - sum(middle) / len(middle))
    ring: Ring = []
    for line, turn in zip(lines, turns, strict=True):
        drawn = _drawn(line, turn + whole)
        ring += drawn[1:] if ring and ring[-1] == drawn[0] else drawn
    return ring


def _box(ring: Ring) -> tuple[float, float, float, float]:
    across, down = [x for x, _y in ring], [y for _x, y in ring]
    return min(across), min(down), max(across), max(down)


def _frame(rings: Sequence[Ring]) -> str:
    """Left, top, right and bottom of the largest part: where a page looks for the State."""
    return " ".join(f"{edge:g}" for edge in _box(_largest(rings)))


def _largest(rings: Sequence[Ring]) -> Ring:
    return max(rings, key=lambda ring: (_extent([ring]), len(ring)))


def _extent(rings: Sequence[Ring]) -> float:
    """The area of the largest ring's box: what decides which shape lies on top."""
    return max((right - left) * (bottom - top) for left, top, right, bottom in map(_box, rings))


def _shape(rings: Sequence[Ring]) -> str:
    """A path without the islets that round away; a dot on the largest part where nothing of it could be hit."""
    left, top, right, bottom = _box(_largest(rings))
    path = "".join(_path(ring) for ring in rings)
    drawn = f'<path d="{path}"/>' if path else ""
    if right - left <= SMALL and bottom - top <= SMALL:
        drawn += f'<circle cx="{(left + right) / 2:g}" cy="{(top + bottom) / 2:g}" r="{DOT:g}"/>'
    return drawn


def _path(ring: Ring) -> str:
    """One closed outline in relative steps; empty when rounding left nothing of it."""
    if len(set(ring)) < 3:
        return ""
    steps = []
    (x, y), rest = ring[0], ring[1:]
    for to_x, to_y in rest[:-1] if ring[-1] == ring[0] else rest:
        steps.append(f"{to_x - x:g} {to_y - y:g}")
        x, y = to_x, to_y
    text = f"M{ring[0][0]:g} {ring[0][1]:g}l{' '.join(steps)}z".replace(" -", "-")
    return _LEADING_ZERO.sub("", text)
