"""A node behind a TLS proxy lets its users in, under its own name only, and believes a proxy only where there is one."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from comity.authorities.node_file import NodeFile
from comity.values.errors import InvalidInputError
from tests.site.test_listeners import ANSWER_PARTNERS_ONLY

FORM = """
import django, json; django.setup()
from django.core.management import call_command; call_command('migrate', verbosity=0)
from django.test import Client
from django.conf import settings
client = Client(enforce_csrf_checks=True, headers={'host': HOST, 'x-forwarded-proto': 'https'})
page = client.get('/sign-in')
token = client.cookies[settings.CSRF_COOKIE_NAME].value if settings.CSRF_COOKIE_NAME in client.cookies else ''
sent = client.post('/sign-in', {'csrfmiddlewaretoken': token, 'login': 'x', 'password': 'y'},
                   headers={'origin': 'https://mla.example'})
secure = [bool(one['secure']) for one in client.cookies.values()]
print(json.dumps([page.status_code, sent.status_code, secure]))
"""
HOST = "import django; django.setup(); from django.test import Client; print(Client(headers={'host': HOST}).get('/x').status_code)"

LINES_TOLD = (
    "from django.core.management import call_command; call_command('migrate', verbosity=0); import logging; told = logging.Handler(); told.emit = lambda line: print('line');"
    "logging.getLogger('django.request').addHandler(told);"
)


def answered(folder: Path, code: str, host: str, **environment: str) -> str:
    kept = {key: value for key, value in os.environ.items() if key not in {"COMITY_TEST_DATABASE", "COMITY_TLS_PROXY"}}
    told = {"DJANGO_SETTINGS_MODULE": "comity.site.settings_test", "COMITY_NODE": str(folder), **environment}
    done = subprocess.run(
        [sys.executable, "-c", code.replace("HOST", repr(host))],
        capture_output=True,
        text=True,
        env=kept | told,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture
def node(tmp_path: Path) -> Path:
    NodeFile(
        "xx",
        "localhost",
        8991,
        8992,
        exercise=True,
        public_endpoint="https://exchange.mla.example:4443",
        public_origin="https://mla.example",
    ).write(tmp_path)
    return tmp_path


def test_behind_a_tls_proxy_a_form_is_taken_and_cookies_are_secure(node: Path) -> None:
    page, sent, secure = json.loads(answered(node, FORM, "mla.example", COMITY_TLS_PROXY="1"))
    assert (page, sent) == (200, 200)
    assert secure
    assert all(secure)


def test_without_a_proxy_its_header_is_not_believed(node: Path) -> None:
    code = (
        "import django; django.setup(); from django.test import RequestFactory;"
        "print(RequestFactory().get('/', headers={'x-forwarded-proto': 'https', 'host': HOST}).is_secure())"
    )
    assert answered(node, code, "mla.example") == "False"
    assert answered(node, code, "mla.example", COMITY_TLS_PROXY="1") == "True"
    exchange = code.replace("django.setup();", f"django.setup(); {ANSWER_PARTNERS_ONLY}")
    assert answered(node, exchange, "mla.example", COMITY_TLS_PROXY="1") == "False"


@pytest.mark.parametrize(("host", "status"), [("exchange.mla.example:4443", "404"), ("other.example", "400")])
def test_the_exchange_listener_answers_under_its_public_endpoint(node: Path, host: str, status: str) -> None:
    code = HOST.replace("django.setup();", f"django.setup(); {ANSWER_PARTNERS_ONLY}")
    assert answered(node, code, host) == status


def test_what_the_exchange_port_refuses_has_no_line_in_the_log(node: Path) -> None:
    code = HOST.replace("django.setup();", f"django.setup(); {LINES_TOLD}")
    assert answered(node, code, "exchange.mla.example").split() == ["line", "404"]
    exchange = code.replace("django.setup();", f"django.setup(); {ANSWER_PARTNERS_ONLY}")
    assert answered(node, exchange, "exchange.mla.example").split() == ["404"]


@pytest.mark.parametrize(
    "origin", ["http://mla.example", "mla.example", "https://mla.example/", "https://mla.example/x"]
)
def test_an_origin_that_no_browser_sends_is_refused(origin: str) -> None:
    with pytest.raises(InvalidInputError) as refused:
        NodeFile("xx", "localhost", 1, 2, exercise=True, public_origin=origin)
    assert refused.value.place == "public_origin"


def test_counters_of_sign_in_know_the_caller_behind_the_proxy_and_outlast_a_flood(node: Path) -> None:
    code = (
        "import django; django.setup(); from comity.site import settings as told;"
        "from allauth.core.internal.httpkit import get_client_ip; from django.test import RequestFactory;"
        "asked = RequestFactory().get('/', headers={'x-forwarded-for': '198.51.100.7, 203.0.113.9'});"
        "print(get_client_ip(asked), told.CACHES['default']['OPTIONS']['MAX_ENTRIES'] >= 100_000)"
    )
    assert answered(node, code, "mla.example", COMITY_TLS_PROXY="1") == "203.0.113.9 True"
    assert answered(node, code, "mla.example") == "127.0.0.1 True"
