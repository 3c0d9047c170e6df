"""HTTPS to a partner goes to one address, with one certificate, within bounds, or not at all."""

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from comity.authorities.certificates import issue_tls
from comity.exchange.pinning import load_own
from comity.exchange.receipt import MAX_RECEIPT_BYTES
from comity.exchange.ticket import HEADER
from comity.exchange.transport import (
    DIRECTORY_PATH,
    ENVELOPES_PATH,
    EVIDENCE_PATH,
    MAX_DIRECTORY_BYTES,
    Called,
    HttpsTransport,
)
from comity.values.errors import BrokenError, InvalidInputError, RefusedError, UnavailableError

NOW = datetime.now(UTC)
THEIRS, OURS, OTHER = (issue_tls("127.0.0.1", NOW) for _ in range(3))


@dataclass(frozen=True)
class Place:
    code: str = "CO-FGN"
    endpoint: str = ""
    tls_certificate: str = THEIRS[1].decode()


@dataclass
class Server:
    """A partner's listener that answers as scripted and keeps what came."""

    answer: Callable[[BaseHTTPRequestHandler], None]
    port: int = 0
    came: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)

    def place(self, **changes: str) -> Place:
        return Place(**{"endpoint": f"https://127.0.0.1:{self.port}", **changes})


@contextmanager
def serving(answer: Callable[[BaseHTTPRequestHandler], None], tls: tuple[bytes, bytes] = THEIRS) -> Iterator[Server]:
    server = Server(answer)

    class Handler(BaseHTTPRequestHandler):
        def _take(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            server.came.append((self.command, self.path, dict(self.headers), body))
            server.answer(self)
            self.close_connection = True

        do_GET = do_POST = _take  # noqa: N815 - the library's names

        def log_message(self, *_anything: object) -> None:
            """Nothing is logged."""

    class Quiet(HTTPServer):
        def handle_error(self, *_anything: object) -> None:
            """A refused handshake is what some tests ask for."""

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    load_own(context, own_key=tls[0], own_certificate=tls[1])
    context.verify_mode = ssl.CERT_OPTIONAL
    context.load_verify_locations(cadata=OURS[1].decode())
    with Quiet(("127.0.0.1", 0), Handler) as listener:
        listener.socket = context.wrap_socket(listener.socket, server_side=True)
        server.port = listener.server_address[1]
        thread = threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            listener.shutdown()
            thread.join()


def answering(body: bytes, status: int = 200, **headers: str) -> Callable[[BaseHTTPRequestHandler], None]:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        handler.send_header("Content-Length", headers.pop("length", str(len(body))))
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return answer


@pytest.fixture
def transport() -> Iterator[HttpsTransport]:
    made = HttpsTransport(*OURS)
    yield made
    made.close()


def test_an_envelope_goes_to_the_endpoint_and_its_answer_comes_back(transport):
    with serving(answering(b"the receipt")) as server:
        assert transport.deliver(server.place(), b"the envelope") == b"the receipt"
    [(method, path, _, body)] = server.came
    assert (method, path, body) == ("POST", ENVELOPES_PATH, b"the envelope")


def test_a_refusal_keeps_its_body_whatever_the_status(transport):
    with serving(answering(b'{"rejection":"unknown-peer"}', 403)) as server:
        assert transport.deliver(server.place(), b"x") == b'{"rejection":"unknown-peer"}'


def test_another_certificate_than_the_directorys_gets_not_a_byte(transport):
    with serving(answering(b"x"), tls=OTHER) as server:
        with pytest.raises(UnavailableError) as refused:
            transport.deliver(server.place(), b"the envelope")
        assert server.came == []
    assert refused.value.code == "transport:certificate"


@pytest.mark.parametrize(("days", "taken"), [(1, True), (29, True), (31, False), (400, False)])
def test_a_pinned_certificate_that_ended_is_taken_for_a_time_and_then_refused(days, taken):
    ended = issue_tls("127.0.0.1", NOW - timedelta(days=730 + days))
    patient, strict = HttpsTransport(*OURS, clock=lambda: NOW), HttpsTransport(*OURS)
    with serving(answering(b"the receipt"), tls=ended) as server:
        place = server.place(tls_certificate=ended[1].decode())
        if taken:
            assert patient.deliver(place, b"x") == b"the receipt"
        else:
            with pytest.raises(UnavailableError) as refused:
                patient.deliver(place, b"x")
            assert refused.value.code == "transport:certificate"
            assert server.came == []
        with pytest.raises(UnavailableError):
            strict.deliver(place, b"x")
        with pytest.raises(UnavailableError):
            patient.deliver(server.place(tls_certificate=OTHER[1].decode()), b"x")
    patient.close()
    strict.close()


def signed_by(authority: tuple[bytes, bytes]) -> tuple[bytes, bytes]:
    """A certificate that the pinned one signed: a chain to the pin, but not the pin."""
    key = ec.generate_private_key(ec.SECP256R1())
    issuer_key = serialization.load_pem_private_key(authority[0], None)
    issuer = x509.load_pem_x509_certificate(authority[1])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")]))
        .issuer_name(issuer.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - timedelta(days=1))
        .not_valid_after(NOW + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .sign(issuer_key, hashes.SHA256())
    )
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return pem, certificate.public_bytes(serialization.Encoding.PEM)


def test_a_certificate_the_pinned_one_signed_is_not_the_pinned_one(transport):
    with serving(answering(b"x"), tls=signed_by(THEIRS)) as server:
        with pytest.raises(UnavailableError) as refused:
            transport.deliver(server.place(), b"the envelope")
        assert server.came == []
    assert refused.value.code == "transport:certificate"


def test_our_certificate_is_shown(transport):
    shown: list[bytes | None] = []

    def answer(handler: BaseHTTPRequestHandler) -> None:
        shown.append(handler.connection.getpeercert(binary_form=True))
        answering(b"")(handler)

    with serving(answer) as server:
        transport.deliver(server.place(), b"x")
    assert shown == [x509.load_pem_x509_certificate(OURS[1]).public_bytes(serialization.Encoding.DER)]


def test_no_redirect_is_followed(transport):
    with serving(answering(b"elsewhere")) as elsewhere:
        target = f"https://127.0.0.1:{elsewhere.port}/"
        with serving(answering(b"moved", 307, Location=target)) as server:
            assert transport.deliver(server.place(), b"x") == b"moved"
        assert elsewhere.came == []


def test_no_proxy_of_the_environment_is_used(transport, monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    with serving(answering(b"ok")) as server:
        assert transport.deliver(server.place(), b"x") == b"ok"


def test_an_answer_longer_than_any_receipt_is_not_read(transport):
    with serving(answering(b"x" * (MAX_RECEIPT_BYTES + 1))) as server, pytest.raises(BrokenError) as refused:
        transport.deliver(server.place(), b"x")
    assert refused.value.code == "transport:answer-size"


def test_a_partner_nobody_answers_for_is_unavailable(transport):
    with pytest.raises(UnavailableError) as refused:
        transport.deliver(Place(endpoint="https://127.0.0.1:9"), b"x")
    assert refused.value.code == "transport:unreachable"


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://127.0.0.1",
        "https://",
        "ftp://a",
        "https://user@a",
        "https://a?b=c",
        "https://a#b",
        "file:///etc",
        "",
        "https://a:99999",
        "https://a:port",
        "https://[::1",
        "https://xn--/",
    ],
)
def test_an_endpoint_that_is_no_plain_https_address_is_not_called(transport, endpoint):
    with pytest.raises(InvalidInputError):
        transport.deliver(Place(endpoint=endpoint), b"x")


def test_a_certificate_that_cannot_be_read_is_named(transport):
    with pytest.raises(InvalidInputError) as refused:
        transport.deliver(Place(endpoint="https://127.0.0.1", tls_certificate="none"), b"x")
    assert refused.value.code == "transport:certificate-form"


def fetch(transport: HttpsTransport, server: Server) -> bytes:
    return transport.fetch(server.place(), "ab" * 32, 100, 110, "the ticket")


def test_a_range_is_pulled_with_its_ticket(transport):
    with serving(answering(b"0123456789", 206, Content_Range="bytes 100-109/4000")) as server:
        assert fetch(transport, server) == b"0123456789"
    [(method, path, headers, _)] = server.came
    assert (method, path) == ("GET", EVIDENCE_PATH + "ab" * 32)
    assert (headers["Range"], headers[HEADER]) == ("bytes=100-109", "the ticket")


def test_what_came_before_a_break_is_kept(transport):
    with serving(answering(b"01234", 206, Content_Range="bytes 100-109/4000", length="10")) as server:
        assert fetch(transport, server) == b"01234"


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (answering(b"0123456789", 206, Content_Range="bytes 0-9/4000"), BrokenError),
        (answering(b"0123456789", 206), BrokenError),
        (answering(b"0123456789x", 206, Content_Range="bytes 100-110/4000"), BrokenError),
        (answering(b"0123456789", 200), UnavailableError),
        (answering(b'{"error":"subject:missing"}', 404), RefusedError),
        (answering(b"<html>", 403), RefusedError),
        (answering(b"", 503), UnavailableError),
        (answering(b"", 429), UnavailableError),
        (answering(b"", 302, Location="https://127.0.0.1:9/"), UnavailableError),
    ],
)
def test_another_answer_than_the_range_is_not_taken(transport, answer, error):
    with serving(answer) as server, pytest.raises(error):
        fetch(transport, server)


def test_while_a_certificate_changes_the_one_in_use_and_the_next_are_both_let_in_and_no_third(transport):
    both = (THEIRS[1] + OTHER[1]).decode()
    for tls in (THEIRS, OTHER):
        with serving(answering(b"the receipt"), tls) as server:
            assert transport.deliver(server.place(tls_certificate=both), b"x") == b"the receipt"
    third = issue_tls("127.0.0.1", NOW)
    with serving(answering(b""), third) as server, pytest.raises(UnavailableError):
        transport.deliver(server.place(tls_certificate=both), b"x")
    assert server.came == []


def test_a_directory_is_read_unless_it_is_the_one_known(transport):
    ask = ("ab" * 32, "cd" * 32)
    with serving(answering(b"the newer one", 200)) as server:
        assert transport.directory(server.place(), *ask) == b"the newer one"
    [(method, path, headers, _)] = server.came
    assert (method, path, headers["If-None-Match"]) == ("GET", DIRECTORY_PATH + ask[0], f'"{ask[1]}"')
    with serving(answering(b"", 304)) as server:
        assert transport.directory(server.place(), *ask) is None


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (answering(b'{"error":"subject:missing"}', 404), RefusedError),
        (answering(b"", 503), UnavailableError),
        (answering(b"", 302, Location="https://127.0.0.1:9/"), UnavailableError),
        (answering(b"", 200, length=str(MAX_DIRECTORY_BYTES * 2)), UnavailableError),
    ],
)
def test_another_answer_than_a_directory_is_not_taken(transport, answer, error):
    with serving(answer) as server, pytest.raises(error):
        transport.directory(server.place(), "ab" * 32, "cd" * 32)


def test_a_call_of_a_witness_carries_its_signature_and_any_answer_counts(transport):
    with serving(answering(b"5\n", 409)) as server:
        assert transport.call(server.place(), "/w", b"old 0", "signed") == Called(409, b"5\n")
        assert transport.call(server.place(), "/h").body == b"5\n"
    [(method, path, headers, came), (asked, *_)] = server.came
    assert (method, path, headers["Comity-Log"], came, asked) == ("POST", "/w", "signed", b"old 0", "GET")
