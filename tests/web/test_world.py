"""The map of the world: which shape is which State, what is in view, and the way from one State to the other."""

import pytest

from comity.web import world as maps
from comity.web.world import ACROSS, DOWN, shapes, view_of, way, world

needs_outlines = pytest.mark.skipif(not shapes(), reason="set-up has not drawn the map")


@needs_outlines
def test_the_shapes_are_states_by_their_codes_and_the_small_lie_on_top():
    states = [one.state for one in shapes()]
    assert len(states) == len(set(states)) > 220
    assert {"CH", "CO", "US", "SG", "LI", "XK", "ZA"} <= set(states)
    assert states.index("IT") < states.index("SM") < len(states)


@needs_outlines
def test_the_map_marks_who_asks_whom_and_how_others_stand():
    drawn = world("es", "CH", "CO", {"PE": "clear", "CO": "clear", "AR": "unsettled"})
    marks = {one.shape.state: one.mark for one in drawn.shapes}
    assert (marks["CH"], marks["CO"], marks["PE"], marks["AR"]) == ("requesting", "requested", "clear", "unsettled")
    assert marks["BR"] == ""
    assert {one.shape.state for one in drawn.shapes[-2:]} == {"CH", "CO"}, "nothing lies over what is marked"
    assert next(one.name for one in drawn.shapes if one.shape.state == "CH") == "Suiza"
    assert drawn.way.startswith("M")


@needs_outlines
@pytest.mark.parametrize("pair", [("DE", "FR"), ("LI", "TV"), ("RU", "US"), ("NZ", "CL")])
def test_both_states_are_in_view(pair):
    x, y, width, height = map(float, world("en", *pair, {}).view.split())
    assert 0 <= x <= ACROSS - width + 0.01
    assert 0 <= y <= DOWN - height + 0.01
    for one in shapes():
        if one.state in pair:
            across, down = one.centre
            assert x <= across <= x + width
            assert y <= down <= y + height


def test_neighbours_are_seen_near_and_the_whole_world_until_two_are_chosen():
    near, width = view_of([(500, 100, 510, 110), (520, 100, 530, 110)])
    assert width < ACROSS / 3
    assert near[2] / near[3] == pytest.approx(ACROSS / DOWN)
    assert view_of([])[0] == (0.0, 0.0, ACROSS, DOWN)
    assert way((0, 0), (100, 0)) == "M0 0Q50 -18 100 0"


@needs_outlines
def test_one_state_alone_has_no_way():
    assert world("en", "CH", "", {}).way == ""
    assert world("en", "CH", "CH", {}).way == ""


def test_a_node_set_up_without_the_outlines_shows_no_map(monkeypatch):
    monkeypatch.setattr(maps, "FILE", "vendor/not-there.svg")
    assert world("en", "CH", "CO", {}) is None
