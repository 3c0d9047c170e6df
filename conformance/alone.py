"""The one-file verifier (`verifier/verify_bundle.py`) at the other end of the runner.

`python -m conformance -- python -m conformance.alone [FILE]`. It shares no code with the rest of the repository: each
check calls a function of that file. What the file does not do is answered with `skip`.
"""

import importlib.util
import json
import sys
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from conformance.laid import MARKS, lay_out, places, said

Input = Mapping[str, Any]
VERIFIER = Path(__file__).resolve().parents[1] / "verifier" / "verify_bundle.py"


class Alone:
    """The verifier, loaded from its file."""

    def __init__(self, path: Path = VERIFIER) -> None:
        spec = importlib.util.spec_from_file_location("comity_verifier_alone", path)
        if spec is None or spec.loader is None:
            raise SystemExit(f"{path} is not a Python file.")
        self.it: Any = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(self.it)
        self.checks: Mapping[str, Callable[[Input], Any]] = {
            "base64": lambda given: {"hex": self.it.from_b64(given["text"]).hex()},
            "bundle": self._bundle,
            "canonical-decode": self._canonical_decode,
            "canonical-encode": self._canonical_encode,
            "custody": self._custody,
            "inclusion": self._inclusion,
            "instant": self._instant,
            "message": self._message,
            "salted": self._salted,
            "signature": self._signature,
            "succession": self._succession,
            "verifying-key": self._verifying_key,
        }

    def answer(self, question: Mapping[str, Any]) -> dict[str, Any]:
        check, number = self.checks.get(question["check"]), {"id": question["id"]}
        if check is None:
            return {**number, "result": "skip"}
        try:
            return {**number, "result": "accept", "output": check(question["input"])}
        except self.it.Broken as broken:
            named = broken.args[1:]
            return {**number, "result": "reject", **(named[0] if named and isinstance(named[0], dict) else {})}

    def _bundle(self, given: Input) -> Any:
        with TemporaryDirectory() as place:
            folder = lay_out(given, Path(place))
            if not any((folder / mark).exists() for mark in MARKS):
                raise self.it.Broken("There is no bundle.", {"code": "bundle:absent"})
            lines = self.it.verify_bundle(folder, given["trust"]).lines
            broken = [where for state, where, _ in lines if state == "broken"]
            if broken:
                raise self.it.Broken("It does not hold.", {"code": "bundle:broken", "places": places(broken)})
            return said(folder, [(state, where) for state, where, _ in lines])

    def _canonical_decode(self, given: Input) -> Any:
        return {"sha256": self.it.sha256(self.it.spell(self.it.read_json(self.it.from_b64(given["bytes"]))))}

    def _canonical_encode(self, given: Input) -> Any:
        return {"bytes": _b64(self.it.spell(self.it._parsed(given["json"])))}  # noqa: SLF001 - its parser

    def _custody(self, given: Input) -> Any:
        chain = [self._event(value) for value in given["chain"]]
        self.it.check_order(chain, given["item"])
        for event in chain:
            if event["authority"] not in given["keys"]:
                raise self.it.Broken("The key is not known.")
            key = self.it.Key(given["keys"][event["authority"]])
            self.it.verify(key, "custody", event["content"], event["signature"])
        return {"last": chain[-1]["digest"]}

    def _event(self, value: Any) -> Any:
        if self.it.misfit(value, {"event": dict, "signature": dict}):
            raise self.it.Broken("This is not a signed event.")
        return self.it.read_event(value)

    def _inclusion(self, given: Input) -> Any:
        proof = [bytes.fromhex(step) for step in given["proof"]]
        leaf, root = bytes.fromhex(given["leaf"]), bytes.fromhex(given["root"])
        self.it.check_path(leaf, given["index"], given["size"], proof, root)
        return {}

    def _instant(self, given: Input) -> Any:
        return {"milliseconds": round(datetime.fromisoformat(self.it.instant(given["text"])).timestamp() * 1000)}

    def _message(self, given: Input) -> Any:
        message = self.it.read_message(self.it.from_b64(given["content"]))
        return {"digest": message["digest"], "type": message["type"]}

    def _salted(self, given: Input) -> Any:
        self.it.from_b64(given["salt"])
        return {"salted": self.it.sha256(self.it.spell({"salt": given["salt"], "digest": given["digest"]}))}

    def _signature(self, given: Input) -> Any:
        key, content = self.it.Key(given["key"]), self.it.from_b64(given["content"])
        self.it.verify(key, given["kind"], content, given["signature"])
        return {}

    def _succession(self, given: Input) -> Any:
        value = self.it.read_json(self.it.from_b64(given["succession"]))
        if self.it.misfit(value, {"statement": str, "by_new": dict, "by_old": (dict, type(None))}):
            raise self.it.Broken("This is not a succession of keys.")
        stated = self.it.read_json(self.it.from_b64(value["statement"]))
        if not isinstance(stated, dict) or not self.it.AUTHORITY.fullmatch(str(stated.get("code"))):
            raise self.it.Broken("This is not a succession of keys.")
        new, old = self.it.Key(stated.get("to")), self.it.Key(given["old"])
        found = self.it.read_succession(value, stated["code"], new)
        if found["from"] != old.fingerprint or found["by_old"] is None:
            raise self.it.Broken("It does not continue that key.")
        self.it.verify(old, "key-succession", found["content"], found["by_old"])
        return {"code": found["code"], "from": found["from"], "to": new.fingerprint}

    def _verifying_key(self, given: Input) -> Any:
        key = self.it.Key(given["key"])
        return {"key_id": key.key_id, "fingerprint": key.fingerprint}


def _b64(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def main() -> None:
    verifier = Alone(Path(sys.argv[1]) if len(sys.argv) > 1 else VERIFIER)
    for line in sys.stdin:
        print(json.dumps(verifier.answer(json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
