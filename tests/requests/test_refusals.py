"""A refusal needs a ground the instrument has, against a measure it may be raised against, after consultation."""

import pytest

from comity.law.refusal import grounds_read
from comity.law.register import load_register
from comity.requests.fold import fold
from comity.requests.messages import MessageType as M
from comity.requests.phases import Side
from comity.requests.refusals import ground_of, grounds_for, require_grounds
from comity.requests.state import DossierState
from comity.values.errors import RefusedError
from tests.requests.letters import letter

LAW = load_register().instrument
ALL = ("BILATERAL-CH-CO-MLA-2011", "EU-EIO-2014-41", "UNCAC", "UNTOC")


def state(*, consulted: tuple[str, ...] = (), measure: str = "bank-records") -> DossierState:
    letters = [letter(M.TRANSMITTED, Side.REQUESTING)]
    letters.append(letter(M.ACKNOWLEDGED, Side.REQUESTED, letters[-1]))
    if consulted:
        letters.append(letter(M.CONSULTED, Side.REQUESTED, letters[-1], parts=consulted))
    found = fold(letters)
    for part in found.parts.values():
        part.measure = measure
    return found


def refused(code: str, *args, **kwargs) -> RefusedError:
    with pytest.raises(RefusedError) as caught:
        require_grounds(*args, **{"postponing": False, **kwargs})
    assert caught.value.code == code
    return caught.value


@pytest.mark.parametrize("code", ALL)
def test_without_consultation_a_refusal_is_stopped_with_the_provision(code: str) -> None:
    name = (
        "ne_bis_in_idem"
        if code == "EU-EIO-2014-41"
        else grounds_for(LAW(code), {"bank-records"}, postponing=False)[0]["ground"]
    )
    error = refused("requests:consult-first", LAW(code), state(), ["a"], [name])
    row = ground_of(LAW(code), name)
    assert row
    assert error.place == row.consult != ""
    require_grounds(LAW(code), state(consulted=("a",)), ["a"], [name], postponing=False)
    refused("requests:consult-first", LAW(code), state(consulted=("b",)), ["a", "b"], [name])


@pytest.mark.parametrize("code", ["BILATERAL-CH-CO-MLA-2011", "UNCAC", "UNTOC"])
def test_without_consultation_a_postponement_is_stopped_where_the_instrument_says_so(code: str) -> None:
    delay = ["postpone:ongoing_proceeding"]
    refused("requests:consult-first", LAW(code), state(), ["a"], delay, postponing=True)
    require_grounds(LAW(code), state(consulted=("a",)), ["a"], delay, postponing=True)


def test_the_order_may_be_postponed_without_consultation() -> None:
    require_grounds(LAW("EU-EIO-2014-41"), state(), ["a"], ["postpone:prejudice_investigation"], postponing=True)


def test_the_order_may_be_refused_without_consultation_on_grounds_that_article_11_4_leaves_out() -> None:
    require_grounds(LAW("EU-EIO-2014-41"), state(), ["a"], ["no_dual_criminality"], postponing=False)


def test_dual_criminality_is_no_ground_against_a_hearing_or_subscriber_data() -> None:
    for measure in ("hearing-witness", "hearing-video", "subscriber-data"):
        held = state(consulted=("a",), measure=measure)
        error = refused("requests:ground-measure", LAW("EU-EIO-2014-41"), held, ["a"], ["no_dual_criminality"])
        assert "10(2)" in error.message
    held = state(consulted=("a",), measure="hearing-witness")
    refused("requests:ground-measure", LAW("BILATERAL-CH-CO-MLA"), held, ["a"], ["no_dual_criminality_coercive"])


def test_bank_secrecy_is_never_a_ground_under_untoc() -> None:
    error = refused("requests:ground", LAW("UNTOC"), state(consulted=("a",)), ["a"], ["never:bank_secrecy"])
    assert "18(8)" in error.place


def test_a_ground_of_refusal_is_none_for_postponing_and_the_other_way_round() -> None:
    held = state(consulted=("a",))
    law = LAW("BILATERAL-CH-CO-MLA")
    refused("requests:ground", law, held, ["a"], ["political"], postponing=True)
    refused("requests:ground", law, held, ["a"], ["postpone:ongoing_proceeding"])
    require_grounds(law, held, ["a"], ["postpone:ongoing_proceeding"], postponing=True)


def test_an_instrument_whose_grounds_nobody_read_holds_no_one_to_a_list() -> None:
    unread = next(one for one in load_register().instruments.values() if not grounds_read(one))
    require_grounds(unread, state(), ["a"], ["whatever"], postponing=False)
    require_grounds(None, state(), ["a"], ["whatever"], postponing=False)
