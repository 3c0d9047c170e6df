"""The map of the world: neighbours stay neighbours, small States can be hit, nothing runs across the whole drawing."""

import json
import re
from itertools import pairwise
from pathlib import Path

import pytest

from comity.site.world_map import WIDTH, draw, equal_earth, world_svg

OUTLINES = Path(__file__).parents[2] / "node_modules/world-atlas/countries-50m.json"


def topology(*shapes, arcs):
    """TopoJSON in whole degrees; each arc is given by its points."""
    deltas = [[arc[0], *([b[0] - a[0], b[1] - a[1]] for a, b in pairwise(arc))] for arc in arcs]
    return {
        "transform": {"scale": [1, 1], "translate": [0, 0]},
        "arcs": deltas,
        "objects": {"countries": {"geometries": list(shapes)}},
    }


def shape(number, *rings, name=""):
    return {"type": "Polygon", "id": number, "properties": {"name": name}, "arcs": list(rings)}


def square(left, bottom, side):
    return [(left, bottom), (left, bottom + side), (left + side, bottom + side), (left + side, bottom), (left, bottom)]


def test_the_projection_keeps_areas_and_its_middle():
    x, y = equal_earth(11, 0)
    assert x == WIDTH / 2
    assert equal_earth(11, 60)[1] < y < equal_earth(11, -60)[1]

    def area(latitude):
        (left, top), (right, bottom) = equal_earth(11, latitude + 1), equal_earth(12, latitude)
        width = (equal_earth(12, latitude + 1)[0] - left + right - equal_earth(11, latitude)[0]) / 2
        return width * (bottom - top)

    # One degree by one: its area on the globe shrinks with the cosine of the latitude.
    assert area(59.5) / area(-0.5) == pytest.approx(0.5, rel=0.01)


def test_the_small_lie_on_top_and_have_a_dot_to_hit():
    drawn = world_svg(
        topology(shape("001", [1]), shape("002", [0]), arcs=[square(0, 0, 40), square(10, 10, 1)])
    ).splitlines()
    assert [line[:12] for line in drawn if line.startswith("<g")] == ['<g id="n002"', '<g id="n001"']
    assert "<circle" not in next(line for line in drawn if "n002" in line)
    assert "<circle" in next(line for line in drawn if "n001" in line)


def test_a_state_across_the_meridian_of_180_is_one_shape_and_not_a_band():
    across = [(170, 60), (170, 70), (-175, 70), (-175, 60), (170, 60)]
    path = re.search(r' d="([^"]+)"', world_svg(topology(shape("643", [0]), arcs=[across])).split("<g")[1])
    steps = [float(step) for step in re.findall(r"-?\d*\.?\d+", path[1])][2:]
    assert max(map(abs, steps)) < WIDTH / 10


def test_two_neighbours_share_one_border_to_the_letter():
    border = [(20, 0), (20, 3), (21, 9), (20, 15), (20, 40)]
    west = [(20, 40), (0, 40), (0, 0), (20, 0)]
    east = [(20, 40), (50, 40), (50, 0), (20, 0)]
    drawn = world_svg(topology(shape("001", [0, 1]), shape("002", [0, 2]), arcs=[border, west, east]))
    first, second = (re.search(f'n{one}"[^>]*><path d="M([^"]+)z', drawn)[1].split("l") for one in ("001", "002"))
    assert first[0] == second[0]
    shared = 0
    while first[1][shared] == second[1][shared]:
        shared += 1
    assert shared > 10


def test_antarctica_is_left_out_and_land_without_a_number_belongs_to_nobody():
    drawn = world_svg(
        topology(
            shape("010", [0]),
            shape("", [1], name="Siachen Glacier"),
            shape("", [1], name="Kosovo"),
            shape("756", [1]),
            arcs=[square(0, -89, 9), square(0, 0, 20)],
        )
    )
    assert re.findall(r'id="(\w+)"', drawn) == ["rest", "XK", "n756"]


@pytest.mark.skipif(not OUTLINES.is_file(), reason="set-up has not fetched the outlines")
def test_the_world_as_it_is_drawn_at_set_up():
    drawn = draw(OUTLINES.read_text(encoding="utf-8"))
    names = re.findall(r'<g id="(\w+)"', drawn)
    for number in ("756", "170", "250", "276", "100", "702", "470", "438", "336"):
        assert f"n{number}" in names
    assert names.index("n380") < names.index("n674"), "San Marino lies on Italy"
    assert len(names) == len(set(names)) > 230
    assert not re.search(r'<g id="\w+" data-box="[^"]+"></g>', drawn), "each has something to hit"
    assert len(drawn) < 130_000
    assert json.dumps(drawn).count("http") == 1, "only the name of the format"
