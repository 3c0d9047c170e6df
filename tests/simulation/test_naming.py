"""A message has one name under one seed, whatever the digests of what it follows and speaks of came to."""

from comity.simulation.naming import _named

SIGNED = {"id": "1", "body": {"signature": "by chance"}, "follows": []}
ALIKE = {"id": "2", "body": {"signature": "by chance"}, "follows": []}


def last(*given: tuple[str, dict]) -> str:
    return _named(dict(given))[given[-1][0]]


def test_the_order_of_what_a_message_follows_does_not_change_its_name() -> None:
    one = last(("a", SIGNED), ("b", ALIKE), ("x", {"id": "3", "body": {}, "follows": ["a", "b"]}))
    other = last(("d", SIGNED), ("c", ALIKE), ("y", {"id": "3", "body": {}, "follows": ["c", "d"]}))
    assert one == other not in {"x", "y"}


def test_a_message_that_is_spoken_of_is_named_first_wherever_it_stands() -> None:
    about = {"id": "3", "body": {"custody": [{"message": "a", "previous": "by chance"}]}, "follows": []}
    spoken_of = {"id": "4", "body": {}, "follows": ["x"]}
    one = _named({"a": SIGNED, "x": about, "z": spoken_of})
    other = _named({"z": spoken_of, "x": about, "a": SIGNED})
    assert one == other
    assert one["x"] not in {"x", _named({"x": about})["x"]}


def test_a_message_without_anything_of_chance_is_named_by_its_digest() -> None:
    plain = {"id": "5", "body": {"text": "in order"}, "follows": ["b", "a"]}
    assert _named({"x": plain})["x"] == "x"
