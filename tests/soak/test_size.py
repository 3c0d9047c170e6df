"""A small share of the run at size: every stage, in a process of its own, within the memory that is allowed."""

from soak import size


def test_content_passes_every_stage_in_bounded_memory_and_is_taken_up_where_it_stopped(tmp_path):
    stopped = size.soak(iter([False] * 3 + [True]).__next__, 7, tmp_path, (size.SHARE,))
    assert (stopped["done"], set(stopped["sizes"][str(size.SHARE)])) == (False, {"load", "sha256", "disk", "seal"})
    found = size.share(7, tmp_path)
    assert (found["done"], found["violations"]) == (True, [])
    [told] = found["sizes"].values()
    assert set(told) >= set(size.STAGES)
    assert all(told[name]["mib"] < size.MOST_MIB for name in size.STAGES)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [tmp_path / "figures.json"]
