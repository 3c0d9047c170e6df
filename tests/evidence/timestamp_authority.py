"""A timestamp authority on loopback (openssl ts), with a root of its own; it can fall silent or lie."""

import shutil
import subprocess
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

CONFIG = """
[tsa]
default_tsa = one
[one]
serial = {place}/serial
signer_cert = {place}/tsa.pem
signer_key = {place}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4
digests = sha256
ess_cert_id_alg = sha256
"""


def certificate(name, key, issuer, issuer_key, *extensions):
    now = datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
    )
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    return builder.sign(issuer_key, hashes.SHA256())


class TimestampAuthority:
    """`roots` is its PEM; `mood` says how it answers: `well`, `silent`, `nonsense`, or the bytes of another answer."""

    def __init__(self, place):
        self.mood = "well"
        self.asked = []
        place.mkdir()
        root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
        identity = x509.SubjectKeyIdentifier.from_public_key(root_key.public_key())
        authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key())
        signs = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
        root = certificate(
            "Exercise root",
            root_key,
            "Exercise root",
            root_key,
            (x509.BasicConstraints(ca=True, path_length=None), True),
            (signs, True),
            (identity, False),
        )
        stamps = certificate(
            "Exercise timestamps",
            key,
            "Exercise root",
            root_key,
            (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), True),
            (x509.KeyUsage(True, False, False, False, False, False, False, False, False), True),
            (authority, False),
            (x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False),
        )
        pem = serialization.Encoding.PEM
        self.roots = root.public_bytes(pem)
        (place / "tsa.pem").write_bytes(stamps.public_bytes(pem))
        private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        (place / "tsa.key").write_bytes(private)
        (place / "serial").write_text("01")
        (place / "tsa.cnf").write_text(CONFIG.format(place=place))
        self._place = place
        authority_ = self

        class Desk(BaseHTTPRequestHandler):
            def do_POST(self):
                data = self.rfile.read(int(self.headers["Content-Length"]))
                status, answer = authority_.answer(data)
                self.send_response(status)
                self.send_header("Content-Type", "application/timestamp-reply")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Desk)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/"

    def answer(self, question):
        self.asked.append(question)
        if self.mood == "silent":
            return 503, b""
        if self.mood == "nonsense":
            return 200, b"<html>welcome to the hotel</html>"
        if isinstance(self.mood, bytes):
            return 200, self.mood
        (self._place / "question").write_bytes(question)
        command = ["openssl", "ts", "-reply", "-config", "tsa.cnf", "-section", "one"]
        files = ["-queryfile", "question", "-out", "answer"]
        subprocess.run([*command, *files], cwd=self._place, check=True, capture_output=True)
        return 200, (self._place / "answer").read_bytes()

    def stop(self):
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def authority(tmp_path):
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed: there is no timestamp authority")
    made = TimestampAuthority(tmp_path / "tsa")
    yield made
    made.stop()
