"""No page tells a stranger whether something is there: absent and forbidden are the same bytes, read or sent."""

import re

import pytest
from django.urls import get_resolver

from comity.exchange.models import StoredMessage
from comity.requests.actions import VERBS
from comity.requests.models import Document
from tests.requests.stages import transmitted
from tests.web.test_addresses import patterns

TOKEN = re.compile(rb'(name="csrfmiddlewaretoken" value=")[^"]+|(&quot;X-CSRFToken&quot;: &quot;)[^&]+')


def of_a_dossier(reference, digest):
    """Every address under a dossier, filled with this reference and digest."""
    resolver = get_resolver("comity.web.urls")
    for pattern in patterns():
        place, wanted = resolver.reverse_dict.getlist(pattern.name)[0][0][0]
        if not place.startswith("dossiers/%"):
            continue
        for verb in sorted(VERBS)[::8] if "verb" in wanted else [""]:
            known = {"reference": reference, "digest": digest, "verb": verb, "language": "es"}
            yield "/" + resolver.reverse(pattern.name, **{name: known[name] for name in wanted}).lstrip("/")


def told(answer, *names):
    """The answer without what differs from one request to the next, and without the names that were asked for."""
    body = TOKEN.sub(rb"\1\2", answer.content)
    for name in names:
        body = body.replace(name.encode(), b"NAME").replace(name.replace(":", "%3A").encode(), b"NAME")
    headers = {name: value for name, value in answer.items() if name not in {"Content-Length", "Location"}}
    return answer.status_code, headers, body


@pytest.mark.parametrize("name", ["stranger"])
def test_absent_and_forbidden_are_the_same_bytes_on_every_page_of_a_dossier(node, desk, name):
    there = str(transmitted(node))
    absent = f"{there[:-4]}0000"
    digest = StoredMessage.objects.values_list("digest", flat=True)[0]
    assert Document.objects.exists()
    client, asked = desk(name).client, 0
    pairs = zip(of_a_dossier(there, digest), of_a_dossier(absent, "0" * 64), strict=True)
    for address, other in pairs:
        for send in (client.get, client.post):
            seen, missing = (told(send(one), there, absent, digest, "0" * 64) for one in (address, other))
            assert seen == missing, address
            assert seen[0] in {404, 403, 405, 400}, (address, seen[0])
            asked += 1
    assert asked > 40
