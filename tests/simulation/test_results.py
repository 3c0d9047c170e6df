"""Evidence crosses a bad line between simulated nodes; both sides end with one chain, and the oracle would notice."""

from comity.evidence.models import Item, Transfer
from comity.requests.models import Dossier
from comity.simulation.casework import Casework
from comity.simulation.double import Double, Real
from comity.simulation.episode import Episode
from comity.simulation.faults import Fault
from comity.simulation.report import Report, simulate
from soak.ablations import of

SEED = 8
"""A seed in which results cross, and the line spoils ranges of them."""


def lived(seed: int = SEED) -> Report:
    return simulate(seed=seed, nodes=2, episodes=1, workload=lambda _number: Casework())


def test_results_return_through_a_bad_line_under_one_chain_of_custody():
    episode = Episode(SEED, 0, 2, Casework(), Double())
    outcome = episode.run()
    assert outcome.violations == []
    assert outcome.faults.keys() & {Fault.RANGE_CUT.value, Fault.RANGE_FLIPPED.value, Fault.RANGE_SWAPPED.value}
    states, closed, done = [], 0, 0
    for node in episode.nodes.values():
        with node.acting():
            states += Item.objects.values_list("state", flat=True)
            closed += Dossier.objects.filter(title__startswith="Results", phase="closed").count()
            done += Transfer.objects.filter(state="done").count()
    assert set(states) <= {"countersigned", "offered", "deleted", "handed-back", "awaited"}
    assert len(states) >= 4
    assert closed >= 2
    assert done >= 4
    real = Episode(SEED, 0, 2, Casework(), Real()).run()
    assert (real.real, outcome.real) == (True, False)
    assert real.trace == outcome.trace, "custody is signed at random, and the same seed tells the same story"


def test_a_countersignature_that_is_not_taken_in_is_noticed():
    assert of("countersignatures").shown()


def test_a_recalled_item_that_is_still_given_out_is_noticed():
    assert of("recalled items locked").shown()


def test_content_that_never_arrives_is_noticed(monkeypatch):
    from comity.simulation import episode  # noqa: PLC0415

    monkeypatch.setattr(episode, "fetch_due", lambda *_anything, **_more: 0)
    assert any("is waiting" in sentence for sentence in lived().violations)


def test_other_bytes_on_one_side_are_noticed(monkeypatch):
    from comity.simulation import results  # noqa: PLC0415

    honest = results.content_chunks

    def bent(digest, *, keys, vault):
        return [b"".join(honest(digest, keys=keys, vault=vault)) + keys.authorities()[0].encode()]

    monkeypatch.setattr(results, "content_chunks", bent)
    assert any("different content" in sentence for sentence in lived().violations)
