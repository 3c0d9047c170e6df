"""The runner: starts an implementation as a program, asks it every vector, and says where its answers differ."""

import json
import subprocess
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from conformance.vectors import Vector


@dataclass(frozen=True)
class Verdict:
    """How one vector went: `passed`, `failed` or `skipped`; `why` says what was expected and what came."""

    vector: Vector
    state: str
    why: str = ""


def ask(command: Sequence[str], vectors: Iterable[Vector], *, codes: bool = False) -> Iterator[Verdict]:
    """Put each vector to the program, one line in and one line out; with `codes` the code of a refusal counts too.

    A program that ends or answers something else than JSON fails the vector and is started anew for the next.
    """
    program: subprocess.Popen[str] | None = None
    try:
        for vector in vectors:
            program = program or _start(command)
            answer = _exchange(program, vector)
            if answer is None:
                _end(program)
                program = None
            yield judge(vector, answer, codes=codes)
    finally:
        if program is not None:
            _end(program)


def judge(vector: Vector, answer: Mapping[str, Any] | None, *, codes: bool) -> Verdict:
    """Compare one answer with what the protocol asks for."""
    if answer is None or answer.get("id") != vector.id:
        return Verdict(vector, "failed", "no answer, or the answer to another question")
    if answer.get("result") == "skip":
        return Verdict(vector, "skipped")
    why = _difference(vector, answer, codes=codes)
    return Verdict(vector, "failed", why) if why else Verdict(vector, "passed")


def _difference(vector: Vector, answer: Mapping[str, Any], *, codes: bool) -> str:
    """How an answer differs from the one expected; empty when it does not."""
    expected = vector.expect
    if answer.get("result") != expected["result"]:
        told = " ".join(str(answer.get(name, "")) for name in ("result", "code")).strip()
        return f"{expected['result']} expected, {told} came"
    if not vector.negative:
        same = answer.get("output") == expected["output"]
        return "" if same else f"accepted with {answer.get('output')}, not {expected['output']}"
    if codes and answer.get("code") != expected["code"]:
        return f"code {expected['code']} expected, {answer.get('code')} came"
    if codes and expected.get("place", "") not in ["", *answer.get("places", ())]:
        return f"{expected['place']} must be named, named were {answer.get('places')}"
    return ""


def unanswered(verdicts: Iterable[Verdict]) -> dict[str, int]:
    """The checks that a program does not do, with the number of vectors that ask them."""
    return dict(sorted(Counter(verdict.vector.check for verdict in verdicts if verdict.state == "skipped").items()))


def tally(verdicts: Iterable[Verdict]) -> Counter[str]:
    return Counter(verdict.state for verdict in verdicts)


def _start(command: Sequence[str]) -> subprocess.Popen[str]:
    # The program to test is what the caller names; nothing else is started.
    return subprocess.Popen(list(command), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)  # noqa: S603


def _end(program: subprocess.Popen[str]) -> None:
    program.kill()
    for pipe in (program.stdin, program.stdout):
        if pipe is not None:
            with suppress(BrokenPipeError):
                pipe.close()
    program.wait()


def _exchange(program: subprocess.Popen[str], vector: Vector) -> Mapping[str, Any] | None:
    """One line to the program and one back; None when it ended or did not answer with an object."""
    if program.stdin is None or program.stdout is None:
        return None
    question = {"id": vector.id, "check": vector.check, "input": vector.input}
    try:
        program.stdin.write(json.dumps(question) + "\n")
        program.stdin.flush()
        answer = json.loads(program.stdout.readline() or "null")
    except (BrokenPipeError, json.JSONDecodeError):
        return None
    return answer if isinstance(answer, dict) else None
