"""A registrar packs a bundle on one side and takes it in on the other; who has not the role gets nothing."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from comity.evidence.check_delivery import verify_delivery
from comity.exchange.models import CourierBundle, Outbox, StoredMessage
from comity.safeguards.models import LedgerEntry
from comity.safeguards.queries import entries_about
from comity.web.pages.dossier_address import dossier_href
from tests.requests.stages import both, signed, transmitted


def body_of(answer) -> bytes:
    return b"".join(answer.streaming_content)


def bag(data: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile("bag.comity", data)


def test_what_waits_goes_by_hand_and_its_receipt_comes_back(node, desk):
    dossier = signed(node)
    node.do("clerk", "check_form", dossier, number="B-26-77", cover_note=both("Transmis.", "Transmitido."))
    node.do("head", "transmit_request", dossier, digest=node.release("head", dossier)["digest"])
    ours, theirs = desk("head").client, desk("registrar").client
    assert "/exchange/courier" in ours.get("/exchange").content.decode()
    answer = ours.post("/exchange/courier/pack", {"partner": "CO-FGN", "offered_since": ""})
    bundle = body_of(answer)
    assert (answer["Content-Length"], answer["Content-Type"]) == (str(len(bundle)), "application/octet-stream")
    assert LedgerEntry.objects.filter(event="exchange:bundle:packed", authority="CH-FOJ").count() == 1
    page = theirs.post("/exchange/courier/take", {"file": bag(bundle)}, follow=True).content.decode()
    assert "1 taken in" in page
    assert StoredMessage.objects.filter(holder="CO-FGN", direction="in").count() == 1
    back = body_of(theirs.post("/exchange/courier/pack", {"partner": "CH-FOJ"}))
    assert ours.post("/exchange/courier/take", {"file": bag(back)}).status_code == 403
    assert Outbox.objects.get(message__holder="CH-FOJ").state == "waiting"
    desk("clerk").client.post("/exchange/courier/take", {"file": bag(back)})
    assert Outbox.objects.get(message__holder="CH-FOJ").state == "delivered"


def test_a_file_that_is_no_bundle_is_answered_on_the_form_and_entered(node, desk):
    client = desk("registrar").client
    answer = client.post("/exchange/courier/take", {"file": bag(b"holiday pictures")})
    assert answer.status_code == 400
    assert "no courier" in answer.content.decode()
    assert LedgerEntry.objects.filter(event="exchange:bundle:refused").count() == 1
    assert not CourierBundle.objects.exists()


@pytest.mark.parametrize("who", ["prosecutor", "fiscal"])
def test_who_has_not_the_role_neither_packs_nor_takes_in(node, desk, who):
    client = desk(who).client
    for address in ("/exchange/courier/pack", "/exchange/courier/take"):
        assert client.get(address).status_code == 403
        assert client.post(address, {"partner": "CO-FGN", "file": bag(b"x")}).status_code == 403
    assert not CourierBundle.objects.exists()


def test_the_evidence_of_a_message_s_way_is_taken_out_as_a_file_that_verifies(node, desk):
    dossier = transmitted(node)
    digest = StoredMessage.objects.get(holder="CH-FOJ", direction="out").digest
    client = desk("clerk").client
    page = client.get(f"{dossier_href(dossier)}/messages/{digest}").content.decode()
    assert "Arrived and took effect" in page
    (address,) = re.findall(r'href="([^"]+/delivery)"', page)
    with_it, without = client.get(address).content, client.get(f"{address}?message=left-out").content
    told = [one for one in entries_about("CH-FOJ", str(dossier)) if one.event == "requests:delivery:exported"]
    assert [one.facts for one in told] == [{"message": digest, "content": how} for how in ("left-out", "shown")]
    assert verify_delivery(with_it).holds
    assert verify_delivery(without).holds
    assert len(without) < len(with_it)
    assert desk("stranger").client.get(address).status_code == 404
