"""A small OpenID provider on loopback: it speaks the code flow with PKCE, and lies where it is told to."""

import json
import secrets
import threading
import time
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import ec

CLIENT, SECRET = "comity-node", "the provider's word"


@dataclass
class Provider:
    """Who is at its door, and what it says of her; `lie` changes claims, `key` and `header` how it signs."""

    claims: dict[str, Any] = field(default_factory=dict)
    lie: dict[str, Any] = field(default_factory=dict)
    header: dict[str, Any] = field(default_factory=dict)
    asked: dict[str, str] = field(default_factory=dict)
    issuer_said: str = ""
    host: str = "localhost"

    def __post_init__(self) -> None:
        self.key = self.published = ec.generate_private_key(ec.SECP256R1())
        self.codes: dict[str, dict[str, str]] = {}
        provider = self

        class Door(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                provider.get(self)

            def do_POST(self) -> None:
                provider.token(self)

            def log_message(self, *_args: Any) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
        self.issuer = f"http://{self.host}:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def get(self, door: BaseHTTPRequestHandler) -> None:
        address = urlsplit(door.path)
        if address.path == "/.well-known/openid-configuration":
            ways = {"authorization_endpoint": "/ask", "token_endpoint": "/token", "jwks_uri": "/keys"}
            said = {name: self.issuer + way for name, way in ways.items()}
            _json(door, {**said, "issuer": self.issuer_said or self.issuer})
        elif address.path == "/keys":
            key = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(self.published.public_key()))
            _json(door, {"keys": [{**key, "kid": "one", "alg": "ES256"}]})
        else:
            self.asked = {name: values[0] for name, values in parse_qs(address.query).items()}
            code = secrets.token_urlsafe(16)
            self.codes[code] = self.asked
            door.send_response(302)
            back = urlencode({"code": code, "state": self.asked["state"]})
            door.send_header("Location", f"{self.asked['redirect_uri']}?{back}")
            door.end_headers()

    def token(self, door: BaseHTTPRequestHandler) -> None:
        body = door.rfile.read(int(door.headers["Content-Length"])).decode()
        given = {name: values[0] for name, values in parse_qs(body).items()}
        asked = self.codes.pop(given.get("code", ""), None)
        proof = urlsafe_b64encode(sha256(given.get("code_verifier", "").encode()).digest()).decode().rstrip("=")
        if asked is None or asked["code_challenge"] != proof or given.get("client_secret") != SECRET:
            _json(door, {"error": "invalid_grant"}, 400)
            return
        said = {"iss": self.issuer, "aud": CLIENT, "iat": int(time.time()), "exp": int(time.time()) + 60}
        claims = {name: value for name, value in {**said, **self.claims, **self.lie}.items() if value is not None}
        header = {"kid": "one", **self.header}
        algorithm = str(header.pop("alg", "ES256"))
        key: Any = {"none": "", "HS256": SECRET.encode() * 2}.get(algorithm, self.key)
        token = jwt.encode(claims, key, algorithm=algorithm, headers=header)
        _json(door, {"access_token": "x", "token_type": "Bearer", "id_token": token})


def _json(door: BaseHTTPRequestHandler, value: Any, status: int = 200) -> None:
    body = json.dumps(value).encode()
    door.send_response(status)
    door.send_header("Content-Type", "application/json")
    door.send_header("Content-Length", str(len(body)))
    door.end_headers()
    door.wfile.write(body)
