"""What a bundle is made of: read from the tables, chosen by the release; everything else is left out by its salt."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from typing import Any

from comity.authorities.keyring import Keyring
from comity.authorities.queries import EndedKeyView, ended_keys, verifying_key
from comity.authorities.succession import Succession, open_succession
from comity.evidence.actions.returning import key_of
from comity.evidence.bundle import (
    BundleContent,
    BundleItem,
    BundleLetter,
    BundleMessage,
    LedgerEntryProof,
    LedgerPart,
    LeftOut,
)
from comity.evidence.custody import EventType, SignedEvent, earlier_name, last_of
from comity.evidence.models import Item, Release
from comity.evidence.queries import chain_of
from comity.exchange.message import Message
from comity.exchange.models import StoredMessage
from comity.exchange.queries import cosigned
from comity.safeguards.ledger import origin
from comity.safeguards.models import LedgerEntry
from comity.safeguards.queries import stamped_since, tree_of
from comity.seals.canonical import decode, digest_of, from_b64, to_b64
from comity.seals.checkpoint import Checkpoint, open_checkpoint, sign_checkpoint
from comity.seals.keys import VerifyingKey
from comity.seals.signing import Signature
from comity.seals.tree import KnownNodes
from comity.store.queries import content_chunks, holds
from comity.store.vault import Vault
from comity.values.actor import Act
from comity.values.errors import BrokenError

_RELEASED_TYPES = {
    "evidence.returned": "custody",
    "evidence.countersigned": "items",
    "evidence.narrowed": "items",
    "evidence.recalled": "items",
}
"""Messages that concern the items themselves, and the member of the body that lists them."""

_REASON_ITEM = "not selected for this release"
_REASON_MESSAGE = "not concerned with custody; the request and internal work are not released"
_REASON_NEVER = "it never reached the authority that released this"
_REASON_OTHERS = "it names items that are not released"


def bundle_content(
    act: Act, release: Release, items: list[Item], *, keys: Keyring, vault: Vault
) -> tuple[BundleContent, list[dict[str, Any]]]:
    """The content of a release's bundle, and what is left out, to be kept with the release."""
    chains = {item.reference: chain_of(item) for item in items}
    messages, withheld = _messages(release, set(release.selection))
    named = {digest for message in messages for digest in Message.from_content(bytes(message.content)).follows}
    letters, letters_withheld = _letters(release, chains.values())
    salts = {entry["digest"]: entry["salt"] for entry in release.left_out}
    left = [
        LeftOut(kind, digest, from_b64(salts[digest]) if digest in salts else act.chance(16), reason, digest in named)
        for kind, digest, reason in [*_other_items(release), *withheld, *letters_withheld, *_never_had(release, named)]
    ]
    held, successions = _keys(list(chains.values()), messages, release, keys)
    content = BundleContent(
        reference=release.reference,
        dossier=release.dossier,
        audience=release.audience,
        authority=release.authority,
        at=release.approved_at or act.at,
        ground=release.ground,
        items=[_item(item, chains[item.reference], keys, vault) for item in items],
        keys=held,
        successions={fingerprint: stated.to_json() for fingerprint, stated in successions.items()},
        messages=[BundleMessage(row.type, bytes(row.content), Signature.from_json(row.signature)) for row in messages],
        letters=[
            BundleLetter("cover-letter", media_type, digest, content_chunks(digest, keys=keys, vault=vault))
            for digest, media_type in letters.items()
        ],
        ledgers=list(_ledgers(chains.values(), keys)),
        left_out=left,
    )
    kept = [{"kind": entry.kind, "digest": entry.digest, "salt": to_b64(entry.salt)} for entry in left]
    return content, kept


def _item(item: Item, chain: list[SignedEvent], keys: Keyring, vault: Vault) -> BundleItem:
    chunks = content_chunks(item.digest, keys=keys, vault=vault) if item.digest else None
    return BundleItem(item.description, chain, item.conditions, item.handling, chunks)


def _messages(release: Release, selected: set[str]) -> tuple[list[StoredMessage], list[tuple[str, str, str]]]:
    """The messages released whole, in the order they came, and those left out with the reason.

    A message about custody is released only if every item it names is: it lists them all.
    """
    released, withheld = [], []
    for row in StoredMessage.objects.filter(holder=release.holder, dossier=release.dossier).order_by("position"):
        if row.type not in _RELEASED_TYPES:
            withheld.append(("message", row.digest, _REASON_MESSAGE))
        elif _named_items(row) <= selected:
            released.append(row)
        else:
            withheld.append(("message", row.digest, _REASON_OTHERS))
    return released, withheld


def _never_had(release: Release, named: set[str]) -> list[tuple[str, str, str]]:
    """Predecessors that a released message names and that never came here: said, so that the chain is whole."""
    here = StoredMessage.objects.filter(holder=release.holder, digest__in=named).values_list("digest", flat=True)
    return [("message", digest, _REASON_NEVER) for digest in sorted(named - set(here))]


def _named_items(row: StoredMessage) -> set[str]:
    body = Message.from_content(bytes(row.content)).body
    entries = body.get(_RELEASED_TYPES[row.type])
    names = [entry["item"] for entry in entries] if isinstance(entries, list) else []
    return {name["reference"] if isinstance(name, Mapping) else name for name in names}


def _other_items(release: Release) -> list[tuple[str, str, str]]:
    rows = Item.objects.filter(holder=release.holder, dossier=release.dossier).exclude(reference__in=release.selection)
    return [("item", digest_of(row.description), _REASON_ITEM) for row in rows.order_by("id")]


def _keys(
    chains: Iterable[list[SignedEvent]], messages: Iterable[StoredMessage], release: Release, keys: Keyring
) -> tuple[dict[str, VerifyingKey], dict[str, Succession]]:
    """The keys of all who signed, and by the fingerprint of a key the statement with which it succeeded another.

    Where an authority changed its keys meanwhile, all that lead from the one used to the one it has now go along.
    """
    used = [(signed.event.authority, signed.signature.key_id) for chain in chains for signed in chain]
    used += [(row.sender, str(row.signature["key_id"])) for row in messages]
    used.append((release.authority, keys.signer(release.authority).key_id))
    found: dict[str, VerifyingKey] = {}
    successions: dict[str, Succession] = {}
    by_event = {(s.event.authority, s.signature.key_id): key_of(s) for chain in chains for s in chain}
    for code, key_id in sorted(set(used)):
        key = by_event.get((code, key_id)) or verifying_key(code, key_id)
        path = _until_now(code, key_id)
        latest = verifying_key(code) if path else key
        found.setdefault(code, latest)
        if key != found[code]:
            found[earlier_name(code, key.key_id)] = key
        for ended in path:
            if ended.key != found[code]:
                found[earlier_name(code, ended.key.key_id)] = ended.key
            if ended.succession is not None:
                stated = open_succession(ended.succession)
                successions[stated.statement.to.fingerprint] = stated
    return found, successions


def _until_now(code: str, key_id: str) -> list[EndedKeyView]:
    """The key of that name, if it ended, and all that ended after it."""
    held = ended_keys(code)
    place = next((n for n, one in enumerate(held) if one.key.key_id == key_id), None)
    return held[: place + 1] if place is not None else []


def _letters(
    release: Release, chains: Iterable[list[SignedEvent]]
) -> tuple[dict[str, str], list[tuple[str, str, str]]]:
    """Digests and media types of the letters that go along; and those left out since they name items not released."""
    wanted = {
        letter: str(_vouched(chain).get("letter_type", "application/pdf"))
        for chain in chains
        if (letter := _letter_of(chain)) and holds(letter)
    }
    others = Item.objects.filter(holder=release.holder, dossier=release.dossier).exclude(
        reference__in=release.selection
    )
    shared = set() if release.with_letters else {_letter_of(chain_of(item)) for item in others}
    withheld = [("letter", letter, _REASON_OTHERS) for letter in wanted if letter in shared]
    return {letter: kind for letter, kind in wanted.items() if letter not in shared}, withheld


def _letter_of(chain: list[SignedEvent]) -> str:
    """The digest of the cover letter under which the partner sent an item; empty when there is none."""
    letter = _vouched(chain).get("letter")
    return letter if isinstance(letter, str) else ""


def _vouched(chain: list[SignedEvent]) -> Mapping[str, Any]:
    """What is said of the letter that vouches for an item: by the partner's transfer, or by our record of its post."""
    event = last_of(chain, EventType.TRANSFERRED) or last_of(chain, EventType.CHECKED)
    return event.event.facts if event else {}


def _ledgers(chains: Iterable[list[SignedEvent]], keys: Keyring) -> Iterator[LedgerPart]:
    """For each of our authorities that signed: its checkpoint, and the proof that each event stands in its ledger."""
    own = set(keys.authorities())
    events: dict[str, dict[str, set[str]]] = {}
    for chain in chains:
        for signed in chain:
            if signed.event.authority in own:
                by_item = events.setdefault(signed.event.authority, {})
                by_item.setdefault(signed.event.item, set()).add(signed.event.digest)
    for authority, wanted in sorted(events.items()):
        rows = [row for item, digests in wanted.items() for row in _entries(authority, item, digests)]
        log = tree_of(authority)
        checkpoint, note = _head(authority, log, max((row.seq for row in rows), default=-1) + 1, keys)
        entries = [
            LedgerEntryProof(
                row.seq,
                bytes(row.salt or b""),
                bytes(row.entry or b""),
                log.inclusion_proof(row.seq, checkpoint.size),
            )
            for row in sorted(rows, key=lambda row: row.seq)
        ]
        yield LedgerPart(authority, note, entries)


def _head(authority: str, log: KnownNodes, at_least: int, keys: Keyring) -> tuple[Checkpoint, str]:
    """The checkpoint with a timestamp, else the one that witnesses cosigned, else one of this moment.

    One that does not hold these entries, or was signed with a key since rotated, is passed over: the bundle need not
    carry that key.
    """
    signer = keys.signer(authority)
    stamped, seen = stamped_since(authority, signer, at_least - 1), cosigned(authority, at_least=at_least)
    for note in (stamped, seen.note if seen else None):
        if note is None:
            continue
        with suppress(BrokenError):
            checkpoint = open_checkpoint(note, signer.public)
            if checkpoint.size <= log.size and log.root(checkpoint.size) == checkpoint.root:
                return checkpoint, note
    fresh = Checkpoint(origin(authority), log.size, log.root())
    return fresh, sign_checkpoint(fresh, signer)


def _entries(authority: str, item: str, digests: set[str]) -> Iterator[LedgerEntry]:
    """The ledger entries that hold these custody events; one erased by law is not there to be proved."""
    for row in LedgerEntry.objects.filter(authority=authority, subject=item, event__startswith="evidence:custody:"):
        if row.entry is not None and decode(bytes(row.entry))["facts"].get("digest") in digests:
            yield row
