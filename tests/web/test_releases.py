"""A release for the court: proposed by one person, approved by another with her code, exported, verified offline."""

import io
import zipfile

import pytest

from comity.evidence.actions import propose_release
from comity.evidence.models import Item
from comity.evidence.queries import items_of
from comity.evidence.verification import verify_bundle
from comity.values.actor import Role
from comity.values.errors import RefusedError
from comity.web.pages.dossier_address import dossier_href
from tests.requests import stages


@pytest.fixture
def countersigned(node):
    return stages.countersigned(node)


def test_two_people_release_and_the_bundle_verifies_offline(node, desk, countersigned, tmp_path):
    item = items_of(node.actor("prosecutor"), countersigned)[0]
    proposer, approver = desk("prosecutor"), desk("head", stepped_up=False)
    address = f"{dossier_href(countersigned)}/release"
    assert proposer.client.get(address).status_code == 200
    form = {"items": [item.reference], "audience": "court", "ground": "Art. 15"}
    proposed = proposer.client.post(address, form)
    assert proposed.status_code == 302, proposed.content.decode()[-1500:]
    release = proposed["Location"]
    own = proposer.client.get(release).content.decode()
    assert "another person must do this step" in own
    page = approver.client.get(release).content.decode()
    digest = page.split('name="digest" value="')[1].split('"')[0]
    assert approver.client.post(release, {"digest": digest}).status_code == 400
    assert approver.client.post(release, {"digest": "0" * 64, "code": approver.code()}).status_code == 400
    assert approver.client.post(release, {"digest": digest}).status_code == 302
    bundle = proposer.client.post(f"{release}/bundle")
    assert bundle.status_code == 200
    with zipfile.ZipFile(io.BytesIO(b"".join(bundle.streaming_content))) as archive:
        archive.extractall(tmp_path / "out")
    report = verify_bundle(tmp_path / "out" / "bundle")
    assert report.holds, report.lines


def test_the_items_page_shows_every_stop_sealed(node, desk, countersigned):
    item = items_of(node.actor("head"), countersigned)[0]
    answer = desk("head").client.get(f"/evidence/{item.reference}")
    page = answer.content.decode()
    assert answer.status_code == 200
    for stop in ("Seized", "Taken in", "Checked", "Transferred", "Received", "Countersigned"):
        assert stop in page
    assert "Broken seal" not in page
    again = desk("head").client.post(f"/evidence/{item.reference}/verify", follow=True)
    assert "the check stands on the custody line" in again.content.decode()


def test_an_auditor_reads_a_release_and_not_its_items_and_who_executed_proposes_none(node, desk, countersigned):
    item = items_of(node.actor("prosecutor"), countersigned)[0]
    chosen = {"dossier": countersigned, "items": [item.reference], "audience": "court", "ground": "Art. 15"}
    release = propose_release(node.act("prosecutor"), **chosen)
    node.officer("auditor", "CH-FOJ", Role.AUDITOR)
    page = desk("auditor").client.get(f"/releases/{release.reference}")
    assert page.status_code == 200
    assert item.reference in page.content.decode()
    assert item.title not in page.content.decode()
    Item.objects.filter(reference=item.reference).update(state="offered")
    with pytest.raises(RefusedError) as refused:
        propose_release(node.act("fiscal"), **chosen)
    assert refused.value.code == "policy:wrong-relation"
