"""What an administrator accepts from a directory is the key that stood on the page before her."""

import os
import re

from comity.authorities.actions.directing import take_directory, trust_directory
from comity.authorities.directory import founding
from comity.authorities.directory.trusting import root_fingerprint
from comity.authorities.models import Authority
from comity.authorities.queries import verifying_key
from comity.values.actor import Act, Role, job
from comity.web.entrance import now
from tests.authorities.test_directory import FOUNDERS, by, card, key

ADDRESS = "/partners/GB-UKCA/listed"


def test_a_key_listed_since_the_page_was_read_is_not_accepted_with_it(node, desk):
    node.officer("boss", "CH-FOJ", Role.ADMINISTRATOR)
    operator = Act(job("operator", "operator"), now(), "keep the directory", os.urandom)
    founded = founding.found([one.public for one in FOUNDERS], 2, now())
    first = by(founding.listed(founded, [card("GB-UKCA", 2)], now()), *FOUNDERS[:2])
    root = root_fingerprint(first.roots[0])
    trust_directory(operator, data=first.to_bytes(), fingerprint=root, name="founders of an exercise")
    client = desk("boss").client
    page = client.get(ADDRESS).content.decode()
    (read,) = re.findall(r'<input type="hidden" name="fingerprint" value="(\w+)"', page)
    assert read == key(2).public.fingerprint
    second = by(founding.listed(first, [card("GB-UKCA", 3)], now()), *FOUNDERS[:2])
    take_directory(operator, data=second.to_bytes(), source="file")
    refused = client.post(ADDRESS, {"fingerprint": read})
    assert refused.status_code == 400
    assert "another key of GB-UKCA" in refused.content.decode()
    assert not Authority.objects.filter(code="GB-UKCA").exists()
    (read,) = re.findall(r'name="fingerprint" value="(\w+)"', client.get(ADDRESS).content.decode())
    assert client.post(ADDRESS, {"fingerprint": read}).status_code == 302
    assert verifying_key("GB-UKCA") == key(3).public
