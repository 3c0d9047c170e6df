"""A recall on the pages: proposed and approved at its provider's desk, shown as locked and answered at the other."""

import re

from comity.evidence.queries import items_of
from comity.web.pages.dossier_address import dossier_href

from .test_releases import countersigned

__all__ = ["countersigned"]


def filled(page, **given):
    """What the form of an act is sent with: its hidden values and what a person fills in."""
    hidden = dict(re.findall(r'<input type="hidden" name="(version|digest)" value="([^"]*)"', page))
    return {**hidden, **given}


def test_a_recall_goes_from_page_to_page(node, desk, countersigned):
    node.post()
    item = items_of(node.actor("head"), countersigned)[0]
    address, page_of = f"{dossier_href(countersigned)}/do", f"/evidence/{item.reference}"
    proposer, approver, holder = desk("fiscal"), desk("chief"), desk("head")
    assert "propose_recall" in proposer.client.get(page_of).content.decode()
    form = proposer.client.get(f"{address}/propose_recall").content.decode()
    languages = re.findall(r'name="reason@(\w+)"', form)
    day = "2035-01-31"
    words = {f"reason@{languages[0]}": "<b>Por error</b>"}
    sent = filled(form, items=[item.reference], demand="delete", answer_by=day, **words)
    proposed = proposer.client.post(f"{address}/propose_recall", sent)
    assert proposed.status_code == 302, proposed.content.decode()[-3000:]

    form = approver.client.get(f"{address}/approve_recall").content.decode()
    assert "&lt;b&gt;Por error&lt;/b&gt;" in form
    recall = re.search(r'<option value="(r-[^"]+)"', form)[1]
    digest = re.search(r'name="digest" value="([0-9a-f]{64})"', form)[1]
    approved = approver.client.post(f"{address}/approve_recall", filled(form, recall=recall, digest=digest))
    assert approved.status_code == 302, approved.content.decode()[-3000:]
    node.post()

    shown = holder.client.get(page_of).content.decode()
    assert "What may not be done with it" in shown
    assert "Its provider recalled it" in shown
    assert "/content" not in shown
    assert holder.client.get(f"{page_of}/content").status_code == 403
    assert "Answer the recall" in holder.client.get("/").content.decode()
    form = holder.client.get(f"{address}/answer_recall").content.decode()
    answer = filled(form, recall=recall, items=[item.reference], outcome="complied")
    answered = holder.client.post(f"{address}/answer_recall", answer)
    assert answered.status_code == 302, answered.content.decode()[-3000:]
    node.post()
    told = approver.client.get(page_of).content.decode()
    assert "Complied with" in told
    assert "Answered" in told
    assert "Deleted" in told
