"""Vectors for custody: chains of signed events, and what stands for a thing left out."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

from comity.evidence.custody import CustodyEvent, EventType, SignedEvent, next_event, sign_event
from comity.seals.canonical import digest_of, to_b64
from comity.seals.keys import SigningKey
from conformance.making.cast import AT, CONTENT_DIGEST, ITEM, RECIPIENT, SENDER, STRANGER, seed
from conformance.making.page import Page, given

KEEPERS: dict[str, SigningKey] = {"CO-FGN": RECIPIENT, "CH-FOJ": SENDER}
COURSE = (
    (EventType.SEIZED, "CO-FGN"),
    (EventType.TAKEN_IN, "CO-FGN"),
    (EventType.SEALED, "CO-FGN"),
    (EventType.CHECKED, "CO-FGN"),
    (EventType.TRANSFERRED, "CO-FGN"),
    (EventType.RECEIVED, "CH-FOJ"),
    (EventType.VERIFIED, "CH-FOJ"),
    (EventType.COUNTERSIGNED, "CH-FOJ"),
    (EventType.RELEASED, "CH-FOJ"),
)


def _chain(length: int) -> list[SignedEvent]:
    chain: list[SignedEvent] = []
    for step, (kind, authority) in enumerate(COURSE[:length]):
        event = next_event(
            chain,
            kind,
            item=ITEM,
            at=AT + timedelta(hours=step),
            authority=authority,
            hand="Custodia de Ejercicio",
            place="Cali",
            facts={"digest": CONTENT_DIGEST},
        )
        chain.append(sign_event(event, KEEPERS[authority]))
    return chain


def pages() -> Iterator[Page]:
    yield _custody()
    yield _salted()


def _custody() -> Page:
    page = Page("custody", "The custody of one item, event by event (protocol, 7.4).")
    keys = {code: key.public.to_json() for code, key in KEEPERS.items()}
    page.given = {"keys": keys, "sender-only": {"CH-FOJ": keys["CH-FOJ"]}}
    whole = _chain(len(COURSE))

    def question(chain: list[SignedEvent] | list[dict[str, Any]], **changed: Any) -> dict[str, Any]:
        events = [event.to_json() if isinstance(event, SignedEvent) else event for event in chain]
        return {"chain": events, "item": ITEM, "keys": given("keys"), **changed}

    for length in (1, 2, 5, 9):
        page.accept(f"the first {length}", question(whole[:length]), {"last": whole[length - 1].event.digest})
    for says, chain in (
        ("without its second event", [whole[0], *whole[2:5]]),
        ("without its first event", whole[1:5]),
        ("with two events changed about", [whole[0], whole[2], whole[1]]),
        ("with an event told twice", [*whole[:2], whole[1]]),
        ("with nothing in it", []),
        ("with an event of another item", [*whole[:2], _again(whole[2], item=ITEM[:-1] + "2")]),
        ("with a place in the row that is not its own", [*whole[:2], _again(whole[2], sequence=3)]),
        ("that names another event before it", [*whole[:2], _again(whole[2], previous="ab" * 32)]),
        ("that names none before it", [*whole[:2], _again(whole[2], previous=None)]),
        ("dated before the one it follows", [*whole[:2], _again(whole[2], at=AT - timedelta(hours=1))]),
        ("received before it was transferred", [*whole[:4], _again(whole[4], type=EventType.RECEIVED)]),
        ("countersigned before it was received", [*whole[:5], _again(whole[5], type=EventType.COUNTERSIGNED)]),
        ("released before it was countersigned", [*whole[:6], _again(whole[6], type=EventType.RELEASED)]),
    ):
        page.reject(says, question(chain), "custody:chain")
    page.reject("asked for another item", question(whole[:2], item=ITEM[:-1] + "2"), "custody:chain")
    page.reject("signed by one whose key is not known", question(whole[:2], keys=given("sender-only")), "custody:key")
    forged = sign_event(whole[1].event, STRANGER)
    page.reject("signed by a stranger", question([whole[0], forged]), "seal:key")
    renamed = replace(forged.signature, key_id=RECIPIENT.key_id)
    page.reject("signed by a stranger in another's name", question([whole[0], SignedEvent(whole[1].event, renamed)]),
                "seal:ed25519")  # fmt: skip
    told = SignedEvent(_changed(whole[1].event, hand="Otra Mano"), whole[1].signature)
    page.reject("changed after it was signed", question([whole[0], told]), "seal:ed25519")
    first = whole[0].to_json()
    for says, event in (
        ("with another member", {**first["event"], "more": 1}),
        ("of version 2", {**first["event"], "version": 2}),
        ("of a type that is none", {**first["event"], "type": "lost"}),
        ("of something that is no item", {**first["event"], "item": ITEM.replace("item", "dossier")}),
        ("with facts that are a list", {**first["event"], "facts": []}),
        ("with its number as text", {**first["event"], "sequence": "0"}),
    ):
        page.reject(says, question([{**first, "event": event}]), "custody:form")
    page.reject("without a signature", question([{"event": first["event"]}]), "custody:form")
    _recalls(page, question, whole)
    return page


E = EventType
ENDS = (
    ("narrowed", (E.NARROWED,), True),
    ("narrowed, then released again", (E.NARROWED, E.RELEASED), True),
    ("recalled and deleted", (E.RECALLED, E.DELETED), True),
    ("recalled and handed back", (E.RECALLED, E.HANDED_BACK), True),
    ("recalled, and kept with the reason", (E.RECALLED, E.KEPT), True),
    ("deleted without a recall", (E.DELETED,), False),
    ("handed back without a recall", (E.HANDED_BACK,), False),
    ("released after its recall", (E.RECALLED, E.RELEASED), False),
    ("released after it was kept in spite of its recall", (E.RECALLED, E.KEPT, E.RELEASED), False),
    ("verified after its recall", (E.RECALLED, E.VERIFIED), False),
    ("narrowed after its recall", (E.RECALLED, E.KEPT, E.NARROWED), False),
    ("recalled again after it was deleted", (E.RECALLED, E.DELETED, E.RECALLED), False),
)


def _recalls(page: Page, question: Callable[..., dict[str, Any]], whole: list[SignedEvent]) -> None:
    """What may follow when its provider takes an item back or binds it more (protocol, 7.5)."""
    for says, kinds, holds in ENDS:
        chain = list(whole)
        for kind in kinds:
            last = chain[-1].event
            event = replace(last, sequence=len(chain), type=kind, at=last.at + timedelta(hours=1), previous=last.digest)
            chain.append(sign_event(event, KEEPERS["CH-FOJ"]))
        if holds:
            page.accept(says, question(chain), {"last": chain[-1].event.digest})
        else:
            page.reject(says, question(chain), "custody:chain")


def _again(signed: SignedEvent, **changed: Any) -> SignedEvent:
    """The event with something else in it, signed anew by the authority it names: only the order is wrong."""
    event = _changed(signed.event, **changed)
    return sign_event(event, KEEPERS[event.authority])


def _changed(event: CustodyEvent, **changed: Any) -> CustodyEvent:
    return replace(event, **changed)


def _salted() -> Page:
    page = Page("salted", "What stands for a thing left out of a bundle (protocol, 7.6).")
    for number in range(4):
        salt = seed(f"salt {number}", 16)
        digest = f"{number:064x}"
        page.accept(
            f"example {number + 1}",
            {"salt": to_b64(salt), "digest": digest},
            {"salted": digest_of({"salt": to_b64(salt), "digest": digest})},
        )
    page.reject("a salt that is not base64url", {"salt": "=", "digest": "ab" * 32}, "canonical:base64")
    return page
