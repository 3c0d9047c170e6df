"""The last chunk of sealed evidence, 64 KiB: no altered form of it opens, and none lets a byte out."""

import io
from collections.abc import Sequence
from pathlib import Path

from comity.seals.stream import TAG_BYTES, ContentKey, open_chunk, open_stream, seal_chunk
from comity.simulation.chance import Chance
from comity.values.errors import BrokenError
from soak.package_found import Case, Found

CHUNK = 64 << 10
STREAMED = 500
"""Of so many forms one is opened as a stream too, which costs its threads: nothing may reach its destination."""


class SealedChunk:
    """Content whose sealed form is one chunk, and the key that opens it."""

    def __init__(self, seed: int, _state: Path) -> None:
        chance = Chance("package-flips", seed).stream("chunk")
        self._key, self._plain = ContentKey.new(chance), chance(CHUNK - TAG_BYTES)
        self.sealed = seal_chunk(self._key, 0, last=True, plaintext=self._plain)

    def batch(self, cases: Sequence[Case]) -> Found:
        """Open each, which must not be; then the chunk as it was sealed, which must."""
        found = Found()
        for number, kind, data in cases:
            found.kinds[kind] += 1
            if data is None:
                found.refusals["alters nothing"] += 1
                continue
            word = self._opened(data)
            found.refusals[word] += 1
            if word != "seal:chunk":
                found.wrong.append(f"{number} {kind}: {word}")
            if number % STREAMED == 0 and (let_out := self._streamed(data)):
                found.wrong.append(f"{number} {kind}: {let_out} bytes were let out")
        if open_chunk(self._key, 0, last=True, sealed=self.sealed) != self._plain:
            found.wrong.append("the chunk itself does not open")
        return found

    def _opened(self, data: bytes) -> str:
        try:
            open_chunk(self._key, 0, last=True, sealed=data)
        except BrokenError as refused:
            return refused.code
        return "it opened"

    def _streamed(self, data: bytes) -> int:
        sink = io.BytesIO()
        try:
            open_stream(self._key, io.BytesIO(data), sink)
        except BrokenError:
            return len(sink.getvalue())
        return max(len(sink.getvalue()), 1)
