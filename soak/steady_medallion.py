"""medallion, the TAXII server of the Python package index, as a user runs it: objects added a second, empty and full.

It is installed into an environment of its own in the soak's state, never into ours. It keeps everything in memory:
nothing is signed, sealed, receipted or durable, and the line is plain HTTP; one sender, one object of 4 KiB at a time.
"""

import base64
import json
import os
import subprocess
import sys
import time
import uuid
from pathlib import Path
from typing import Any

from soak.steady_nodes import expect, free_ports

VERSION = "3.0.0"
COLLECTION = "91a7b528-80eb-42ed-a74d-c6fbd5a26116"
BODY_BYTES = 4096
_TAXII = "application/taxii+json;version=2.1"


def installed(state: Path) -> Path:
    """Its command, in an environment of its own; raises where it cannot be had."""
    command = state / "medallion-env" / "bin" / "medallion"
    if not command.exists():
        subprocess.run([sys.executable, "-m", "venv", str(state / "medallion-env")], check=True)
        pip = [str(command.with_name("pip")), "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, f"medallion=={VERSION}"], check=True, capture_output=True, timeout=300)
    return command


class Medallion:
    """One server, empty at first."""

    def __init__(self, command: Path, place: Path) -> None:
        place.mkdir(parents=True, exist_ok=True)
        (place / "data.json").write_text(json.dumps(_data()))
        backend = {
            "module": "medallion.backends.memory_backend",
            "module_class": "MemoryBackend",
            "filename": str(place / "data.json"),
        }
        (place / "config.json").write_text(
            json.dumps({"backend": backend, "users": {"a": "b"}, "taxii": {"max_page_size": 100}})
        )
        [self.port] = free_ports(1)
        self._serving = subprocess.Popen(
            [str(command), "--port", str(self.port), str(place / "config.json")],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        expect(self._answers, 60, "medallion to answer")
        self.held = 0

    def add(self, seconds: float) -> float:
        """Objects added a second, one after the other, over one connection."""
        import httpx

        begun, before = time.monotonic(), self.held
        with httpx.Client(trust_env=False, timeout=60, auth=("a", "b")) as client:
            while time.monotonic() < begun + seconds:
                answer = client.post(
                    f"http://127.0.0.1:{self.port}/root/collections/{COLLECTION}/objects/",
                    headers={"Content-Type": _TAXII, "Accept": _TAXII},
                    content=json.dumps({"objects": [_object()]}),
                )
                if answer.status_code != 202 or answer.json()["failure_count"]:
                    raise RuntimeError(f"medallion refused an object: {answer.status_code} {answer.text[:300]}")
                self.held += 1
        return (self.held - before) / (time.monotonic() - begun)

    def stop(self) -> None:
        self._serving.terminate()
        self._serving.wait(30)

    def _answers(self) -> bool:
        import httpx

        try:
            basic = base64.b64encode(b"a:b").decode()
            asked = {"Accept": _TAXII, "Authorization": f"Basic {basic}"}
            address = f"http://127.0.0.1:{self.port}/root/collections/"
            return httpx.get(address, headers=asked, trust_env=False).status_code == 200
        except httpx.HTTPError:
            return False


def _data() -> dict[str, Any]:
    collection = {
        "id": COLLECTION,
        "title": "Exercise",
        "can_read": True,
        "can_write": True,
        "media_types": ["application/stix+json;version=2.1"],
        "objects": [],
        "manifest": [],
    }
    root = {
        "information": {
            "title": "Exercise",
            "description": "",
            "versions": ["application/taxii+json;version=2.1"],
            "max_content_length": 104857600,
        },
        "status": [],
        "collections": [collection],
    }
    discovery = {"title": "Exercise", "description": "", "contact": "", "default": "http://localhost:5000/root/"}
    return {"/discovery": {**discovery, "api_roots": ["http://localhost:5000/root/"]}, "root": root}


def _object() -> dict[str, Any]:
    moment = "2026-11-30T09:00:00.000Z"
    return {
        "type": "note",
        "spec_version": "2.1",
        "id": f"note--{uuid.uuid4()}",
        "created": moment,
        "modified": moment,
        "content": os.urandom(BODY_BYTES // 2).hex(),
        "object_refs": [f"report--{uuid.uuid4()}"],
    }
