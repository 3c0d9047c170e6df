"""What partners may call: every answer is a signed receipt, a bare code, a range, or nothing."""

import pytest
from django.db import OperationalError
from django.test import RequestFactory
from django.urls import Resolver404, resolve

from comity.api.exchange_views import MAX_SPAN, ExchangePort
from comity.authorities.actions.directing import trust_directory
from comity.exchange.allowance import ONE_BY_ONE, Surplus
from comity.exchange.envelope import MAX_ENVELOPE_BYTES
from comity.exchange.models import StoredMessage
from comity.exchange.receipt import open_receipt, read_plain_rejection
from comity.exchange.rejection import RejectionCode
from comity.exchange.ticket import HEADER
from comity.seals.canonical import decode
from comity.values.actor import Act, job
from comity.values.errors import BrokenError, InvalidInputError, MissingError, RefusedError, UnavailableError
from tests.authorities.test_directory import FIRST, ROOT
from tests.conftest import MOMENT, seeded
from tests.exchange.conftest import HELD, STRANGER, THEM, TYPE, House, establish, letter, sealed_as, signed
from tests.exchange.test_allowance import limited

DIGEST = "ab" * 32
LISTENER = "comity.site.exchange_urls"
CONTENT = bytes(range(256)) * 4


class Refuse:
    """Stands where the evidence room stands: content, or the error given."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.asked: list[tuple[str, int, int, str]] = []

    def __call__(self, digest, start, end, *, ticket, vault, at):  # noqa: ARG002 - the room's signature
        self.asked.append((digest, start, end, ticket))
        assert at == MOMENT
        if self.error:
            raise self.error
        return CONTENT[start:end], len(CONTENT)


@pytest.fixture
def house(db: None) -> House:
    return establish(House())


def port(house: House | None = None, offered: Refuse | None = None) -> ExchangePort:
    return ExchangePort(
        receivers={TYPE: house.take} if house else {},
        offered=offered or Refuse(),
        keys=lambda: house.keys,
        vault=lambda: None,
        now=lambda: MOMENT,
        chance=seeded(4),
    )


def post(house: House, body: bytes):
    request = RequestFactory().post("/exchange/1/envelopes", body, content_type="application/json")
    return port(house).envelopes(request)


def pull(offered: Refuse, span: str = "bytes=0-9", **headers: str):
    request = RequestFactory().get(f"/exchange/1/evidence/{DIGEST}", headers={"Range": span, HEADER: "t", **headers})
    return port(offered=offered).evidence(request, DIGEST)


def test_an_envelope_is_answered_with_a_signed_receipt(house):
    response = post(house, house.sealed(letter()))
    assert response.status_code == 200
    assert open_receipt(response.content, HELD[THEM].signing.public).digest == letter().digest


def test_a_refusal_to_a_known_sender_is_signed(house):
    house.refusing = True
    receipt = open_receipt(post(house, house.sealed(letter())).content, HELD[THEM].signing.public)
    assert receipt.rejection is RejectionCode.REFUSED


@pytest.mark.parametrize(
    ("body", "code", "status"),
    [
        (b"", RejectionCode.MALFORMED, 400),
        (b"x" * (MAX_ENVELOPE_BYTES + 5), RejectionCode.TOO_LARGE, 413),
        (sealed_as(signed(letter(sender=STRANGER), STRANGER)), RejectionCode.UNKNOWN_PEER, 403),
        (sealed_as(signed(letter(recipient=STRANGER)), STRANGER), RejectionCode.WRONG_RECIPIENT, 421),
        (sealed_as(signed(letter()), protocol="comity/9"), RejectionCode.UNSUPPORTED_VERSION, 400),
    ],
)
def test_who_is_not_known_gets_a_bare_code(house, body, code, status):
    response = post(house, body)
    assert (response.status_code, read_plain_rejection(response.content)) == (status, code)


def test_a_flood_is_told_by_the_status_that_it_comes_too_fast(house):
    limited(house, messages_per_hour=1)
    answers = [post(house, house.sealed(letter(number))) for number in range(ONE_BY_ONE[Surplus.OVER_LIMIT] + 2)]
    assert [answer.status_code for answer in answers] == [200] * (ONE_BY_ONE[Surplus.OVER_LIMIT] + 1) + [429]
    assert read_plain_rejection(answers[-1].content) is RejectionCode.QUOTA


@pytest.mark.parametrize("error", [OperationalError("locked"), UnavailableError("later")])
def test_when_nothing_can_be_decided_the_sender_is_told_to_try_again(house, error):
    def fail(*_anything: object) -> None:
        raise error

    house.take = fail  # type: ignore[method-assign]
    response = post(house, house.sealed(letter()))
    assert response.status_code == 503
    assert not StoredMessage.objects.exists()


def test_a_range_is_served_with_its_place_in_the_whole():
    offered = Refuse()
    response = pull(offered, "bytes=10-19")
    assert (response.status_code, response.content) == (206, CONTENT[10:20])
    assert response["Content-Range"] == f"bytes 10-19/{len(CONTENT)}"
    assert offered.asked == [(DIGEST, 10, 20, "t")]


def test_the_last_range_is_as_short_as_what_is_left():
    response = pull(Refuse(), "bytes=1020-2000")
    assert response["Content-Range"] == "bytes 1020-1023/1024"


@pytest.mark.parametrize(
    "span", ["", "bytes=5", "bytes=9-3", "bytes=-5", "bytes=0-1,3-4", f"bytes=0-{MAX_SPAN}", "bytes=2000-2001"]
)
def test_a_range_that_is_none_is_not_served(span):
    assert pull(Refuse(), span).status_code == 416


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (MissingError(code="authority:unknown"), 404, "subject:missing"),
        (MissingError(), 404, "subject:missing"),
        (InvalidInputError("x", code="ticket:form"), 400, "ticket:form"),
        (RefusedError("x", code="ticket:expired"), 403, "ticket:expired"),
        (BrokenError("x", code="seal:mldsa"), 403, "seal:mldsa"),
        (UnavailableError("x"), 503, "exchange:unavailable"),
    ],
)
def test_a_pull_that_gets_nothing_says_why_by_code_and_nothing_more(error, status, code):
    response = pull(Refuse(error))
    assert (response.status_code, decode(response.content)) == (status, {"error": code})


def test_the_listener_has_these_two_addresses_and_no_other():
    names = {
        resolve(f"/{place}", LISTENER).url_name for place in ("exchange/1/envelopes", f"exchange/1/evidence/{DIGEST}")
    }
    assert names == {"exchange-envelopes", "exchange-evidence"}
    for place in ("/", "/admin/", "/api/openapi.json", "/sign-in", "/exchange/1/", "/exchange/2/envelopes"):
        with pytest.raises(Resolver404):
            resolve(place, LISTENER)


def test_each_address_takes_its_own_method_only():
    view = {pattern.name: pattern.callback for pattern in port().urls()}
    assert view["exchange-envelopes"](RequestFactory().get("/")).status_code == 405
    assert view["exchange-evidence"](RequestFactory().post("/"), digest=DIGEST).status_code == 405


def test_a_partner_reads_the_directory_that_is_relied_on_and_only_when_it_has_another(house: House) -> None:
    operator = Act(job("operator", "operator"), MOMENT, "keep the directory", seeded(4))
    trust_directory(operator, data=FIRST.to_bytes(), fingerprint=ROOT, name="an exercise's founders")
    view, ask = port(house).directory, RequestFactory().get
    answer = view(ask("/"), ROOT)
    assert (answer.status_code, answer.content) == (200, FIRST.to_bytes())
    again = view(ask("/", headers={"If-None-Match": answer["ETag"]}), ROOT)
    assert (again.status_code, again.content) == (304, b"")
    assert view(ask("/"), "ab" * 32).status_code == 404
