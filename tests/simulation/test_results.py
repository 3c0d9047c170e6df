"""Evidence crosses a bad line between simulated nodes; both sides end with one chain."""

from comity.evidence.models import Item, Transfer
from comity.requests.models import Dossier
from comity.simulation.casework import Casework
from comity.simulation.double import Double, Real
from comity.simulation.episode import Episode
from comity.simulation.faults import Fault

SEED = 8
"""A seed in which results cross, and the line spoils ranges of them."""


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
