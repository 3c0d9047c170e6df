"""Both listeners load with their own addresses, and the exchange port knows no page."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from comity.authorities.node_file import NodeFile

ANSWER_PARTNERS_ONLY = "from comity.site.exchange_listener import answer_partners_only; answer_partners_only();"


@pytest.mark.parametrize(
    ("become", "answers"),
    [
        ("", {"/sign-in": 200, "/exchange/1/envelopes": 404}),
        (ANSWER_PARTNERS_ONLY, {"/sign-in": 404, "/api/me": 404}),
    ],
)
def test_each_listener_answers_its_own_addresses_only(tmp_path: Path, become: str, answers: dict[str, int]) -> None:
    code = (
        f"import django; django.setup(); {become} from django.core.management import call_command;"
        "call_command('migrate', verbosity=0); from django.test import Client; import json;"
        "client = Client(headers={'host': 'localhost'});"
        f"print(json.dumps({{path: client.get(path).status_code for path in {list(answers)!r}}}))"
    )
    NodeFile("xx", "localhost", 8991, 8992, exercise=True).write(tmp_path)
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "comity.site.settings_test",
        "COMITY_NODE": str(tmp_path),
    }
    environment.pop("COMITY_TEST_DATABASE", None)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=False)
    assert done.stdout, done.stderr
    assert json.loads(done.stdout) == answers
