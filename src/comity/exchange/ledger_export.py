"""A ledger as files that anyone can check without a node: entries, checkpoint, what witnesses cosigned, keys.

`entries.jsonl` has a line for each entry: canonical `{"seq","leaf","salt","entry"}`, bytes in base64url, `salt` and
`entry` null where the entry was erased by law. `checkpoint.txt` and, where anyone cosigned one, `witnessed.txt` are
signed notes (C2SP). `keys.json` maps each authority's code to its public keys, the present one first.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from comity.exchange.witnessing import witness_name
from comity.safeguards.ledger import authority_of, leaf_data
from comity.seals.canonical import decode, encode, from_b64, to_b64
from comity.seals.checkpoint import Checkpoint, cosigned_at, open_checkpoint, read_unverified
from comity.seals.keys import VerifyingKey
from comity.seals.merkle import Frontier, leaf_hash
from comity.values.errors import BrokenError, InvalidInputError
from comity.values.instant import instant_text

ENTRIES, CHECKPOINT, WITNESSED, KEYS = "entries.jsonl", "checkpoint.txt", "witnessed.txt", "keys.json"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that holds or is broken."""

    holds: bool
    place: str
    text: str

    def to_json(self) -> dict[str, Any]:
        return {"holds": self.holds, "place": self.place, "text": self.text}


def holds(place: str, text: str) -> Finding:
    return Finding(holds=True, place=place, text=text)


def broken(place: str, text: str) -> Finding:
    return Finding(holds=False, place=place, text=text)


def entry_line(seq: int, leaf: bytes, salt: bytes | None, entry: bytes | None) -> bytes:
    held = {"seq": seq, "leaf": to_b64(leaf)}
    return encode({**held, "salt": _text(salt), "entry": _text(entry)}) + b"\n"


def keys_file(keys: Mapping[str, Sequence[VerifyingKey]]) -> bytes:
    return encode({code: [key.to_json() for key in held] for code, held in keys.items()})


def check_export(lines: Iterable[bytes], checkpoint: str, witnessed: str, keys: bytes) -> Iterator[Finding]:
    """Everything that an export claims, one finding each; the log is read once, at the pace at which it comes."""
    try:
        held = {code: [VerifyingKey.from_json(one) for one in given] for code, given in decode(keys).items()}
    except (InvalidInputError, AttributeError, TypeError) as error:
        yield broken(KEYS, f"The keys cannot be read: {error}")
        return
    heads: dict[str, Checkpoint] = {}
    for place, note in ((CHECKPOINT, checkpoint), (WITNESSED, witnessed)):
        if note:
            try:
                heads[place] = _signed(note, held)
            except (BrokenError, InvalidInputError) as error:
                yield broken(place, error.message)
            else:
                log = authority_of(heads[place].origin)
                yield holds(place, f"A checkpoint of {log} with {heads[place].size} entries, signed by it.")
    if not checkpoint:
        yield broken(CHECKPOINT, "There is none: nobody signed which entries there are.")
    roots: dict[int, bytes] = {}
    signed = {head.size for head in heads.values()}
    yield from _check_entries(lines, signed, roots)
    for place, head in heads.items():
        if roots.get(head.size) == head.root:
            yield holds(place, f"The first {head.size} entries make its root.")
        else:
            yield broken(place, f"The first {head.size} entries do not make its root.")
    if WITNESSED in heads:
        yield from _check_witnesses(witnessed, authority_of(heads[WITNESSED].origin), held)


def _check_entries(lines: Iterable[bytes], sizes: set[int], roots: dict[int, bytes]) -> Iterator[Finding]:
    """Each entry by its leaf; the roots of the sizes asked for go into `roots`."""
    frontier, erased = Frontier(), 0
    if 0 in sizes:
        roots[0] = frontier.root()
    for number, line in enumerate(lines):
        place = f"{ENTRIES}, line {number + 1}"
        try:
            value = decode(line.rstrip(b"\n"))
            leaf, seq = from_b64(value["leaf"]), value["seq"]
            salt, entry = value["salt"], value["entry"]
            data = from_b64(entry) if entry is not None else None
            said = decode(data) if data is not None else None
            frontier.append(leaf_hash(leaf))
            if seq != number or (said is not None and said.get("seq") != number):
                yield broken(place, f"Entry {number} is expected here.")
            elif data is not None and leaf_data(from_b64(salt), data) != leaf:
                yield broken(place, f"Entry {number} was altered.")
        except (InvalidInputError, KeyError, TypeError, AttributeError) as error:
            yield broken(place, f"This is not an entry: {error}")
            return
        erased += data is None
        if frontier.size in sizes:
            roots[frontier.size] = frontier.root()
    gone = f"; of {erased} the leaf alone" if erased else ""
    yield holds(ENTRIES, f"{frontier.size} entries{gone}.")
    if sizes and frontier.size > max(sizes):
        yield broken(ENTRIES, f"Only the first {max(sizes)} entries are signed by anyone.")


def _signed(note: str, keys: Mapping[str, Sequence[VerifyingKey]]) -> Checkpoint:
    fault: BrokenError | None = None
    for key in keys.get(authority_of(read_unverified(note).origin), ()):
        try:
            return open_checkpoint(note, key)
        except BrokenError as error:
            fault = fault or error
    raise fault or BrokenError("There is no key to check it with.", code="checkpoint:unsigned")


def _check_witnesses(note: str, log: str, keys: Mapping[str, Sequence[VerifyingKey]]) -> Iterator[Finding]:
    for code, held in sorted(keys.items()):
        name = witness_name(code)
        if code == log or f" {name} " not in note:
            continue
        finding = broken(WITNESSED, f"There is no key of {code} to check its cosignature with.")
        for key in held:
            try:
                at = cosigned_at(note, key, name)
            except BrokenError as error:
                finding = broken(WITNESSED, f"The cosignature of {code} does not hold: {error.message}")
            else:
                finding = holds(WITNESSED, f"Cosigned by {code} at {instant_text(at)}.")
                break
        yield finding


def _text(data: bytes | None) -> str | None:
    return None if data is None else to_b64(data)
