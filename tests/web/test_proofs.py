"""A custody event's seal: verified under our directory's key or one a partner vouched for; broken; or not verified."""

from dataclasses import replace

from comity.authorities.models import Authority
from comity.evidence.models import PartnerKey
from comity.evidence.queries import chain_of, signer_keys
from comity.web.marks import SealState
from comity.web.proofs import seal_of_event
from tests.evidence.conftest import world as custody  # noqa: F401 - the two States' evidence, as a fixture


def seals(item):
    keys = signer_keys(item)
    return {
        (mark.state, str(mark.who))
        for signed in chain_of(item)
        if signed.event.authority == "CO-F14"
        for mark in (seal_of_event(signed, keys),)
    }


def arrived(custody):  # noqa: F811 - the fixture
    """An item of CO-F14's that came from CO-FGN, where our directory does not know CO-F14."""
    item = custody.take_in()
    offered = custody.offer([item])
    Authority.objects.filter(code="CO-F14").delete()
    custody.send(offered)
    custody.fetch()
    return custody.received(item)


def test_a_signer_a_partner_vouched_for_is_verified_and_says_by_whom(custody):  # noqa: F811
    item = arrived(custody)
    assert seals(item) == {(SealState.VERIFIED, "CO-F14, vouched for by CO-FGN")}


def test_a_signer_nobody_vouched_for_is_not_verified(custody):  # noqa: F811
    item = arrived(custody)
    PartnerKey.objects.all().delete()
    assert seals(item) == {(SealState.UNVERIFIED, "CO-F14")}


def test_a_changed_event_breaks_its_seal(custody):  # noqa: F811
    item = arrived(custody)
    keys = signer_keys(item)
    signed = chain_of(item)[0]
    moved = replace(signed, event=replace(signed.event, place="elsewhere"))
    assert seal_of_event(moved, keys).state is SealState.BROKEN
