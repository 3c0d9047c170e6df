"""On which keys a verification rests: those pinned by the reader, those vouched for by a pinned one, or none.

A custody event names in `signers` the fingerprints of those who signed before and of the partner. So one pinned key
reaches the others through what its holder signed; a key reached by nobody stands on the bundle's own word only. Where
an authority changed its keys, the statement that the key before signed leads from one to the other, both ways.
"""

import re
from datetime import datetime
from functools import partial

from comity.evidence.custody import SignedEvent
from comity.evidence.opened import Opened
from comity.evidence.report import Report
from comity.values.instant import instant_text

_FINGERPRINT = re.compile(r"[0-9a-f]{64}")


def check_trust(opened: Opened, pinned: frozenset[str], report: Report) -> None:
    """Lines on the keys: without a pin, that they are only those the bundle itself carries."""
    held = {key.fingerprint: code for code, key in opened.keys.items()}
    _check_vouching(opened, report)
    links = _links(opened, report)
    _check_further_keys(opened, links, report)
    if not pinned:
        report.note(
            "keys",
            "No key was pinned: the keys are only those the bundle itself carries. Ask each authority for its "
            "fingerprint on another way and give it with --trust.",
        )
        return
    wanted = {fingerprint.strip().lower().replace(":", "").replace(" ", "") for fingerprint in pinned}
    for fingerprint in sorted(wanted - set(held)):
        if _FINGERPRINT.fullmatch(fingerprint):
            report.breaks(f"--trust {fingerprint}", "The bundle carries no key with this fingerprint.")
        else:
            report.breaks(
                f"--trust {fingerprint[:80]}",
                f"This is not a fingerprint, which has 64 hex characters. Example: --trust {'0123456789abcdef' * 4}",
            )
    reached = {code: "pinned" for fingerprint, code in held.items() if fingerprint in wanted}
    while grown := _vouched_by(opened, reached) | _linked_to(links, reached):
        reached |= grown
    for code, key in sorted(opened.keys.items()):
        place = f"key of {code}"
        if reached.get(code) == "pinned":
            report.proved(place, f"Pinned: {key.fingerprint}.")
        elif code in reached:
            report.proved(place, f"{reached[code]} vouches for it in what it signed: {key.fingerprint}.")
        else:
            report.absent(
                place,
                f"Neither pinned nor vouched for by a pinned one; it stands on the bundle's word: {key.fingerprint}.",
            )


def _links(opened: Opened, report: Report) -> list[tuple[str, str]]:
    """Pairs of names of keys of one authority of which the one before signed the one after."""
    held = {key.fingerprint: name for name, key in opened.keys.items()}
    found = []
    for stated in opened.successions:
        before, after = held.get(stated.statement.old), held[stated.statement.to.fingerprint]
        place = f"key of {after}, succession"
        if before is None or stated.by_old is None:
            report.absent(place, "That it continues the key before it cannot be proved from the bundle.")
            continue
        if report.attempt(
            place,
            f"It continues {opened.keys[before].key_id}, which signed that it does.",
            partial(stated.expect_continuity, opened.keys[before]),
        ):
            found.append((before, after))
        _check_revocation(opened, before, stated.statement.revoked_since, report)
    return found


def _check_revocation(opened: Opened, name: str, since: datetime | None, report: Report) -> None:
    """Nothing dated after a key was revoked stands under it."""
    key = opened.keys[name]
    for signed in opened.proved if since is not None else ():
        if since is not None and signed.signature.key_id == key.key_id and signed.event.at >= since:
            report.breaks(
                f"item {signed.event.item}, event {signed.event.sequence}",
                f"It was signed with {key.key_id} after that key was revoked ({instant_text(since)}).",
            )


def _check_further_keys(opened: Opened, links: list[tuple[str, str]], report: Report) -> None:
    """A second key of an authority is there only because the first leads to it, or another State names it."""
    linked = {name for link in links for name in link}
    for name, key in sorted(opened.keys.items()):
        code = name.partition("/")[0]
        named = any(
            signed.event.authority[:2] != code[:2] and key.fingerprint in _signers(signed).values()
            for signed in opened.proved
        )
        if name != code and name not in linked and not named:
            report.breaks(
                f"key of {name}", "A further key that neither the key before it nor another State vouches for."
            )


def _linked_to(links: list[tuple[str, str]], reached: dict[str, str]) -> dict[str, str]:
    """Keys of the same authority that a reached one leads to, and those that lead to it."""
    both = [pair for before, after in links for pair in ((before, after), (after, before))]
    return {other: one for one, other in both if one in reached and other not in reached}


def _check_vouching(opened: Opened, report: Report) -> None:
    """No signed event names another key for an authority than the bundle carries."""
    for signed in opened.proved:
        for code, fingerprint in _signers(signed).items():
            carried = _carried(opened, code.partition("/")[0])
            if carried and fingerprint not in carried:
                report.breaks(
                    f"item {signed.event.item}, event {signed.event.sequence}, facts.signers",
                    f"{signed.event.authority} names the key {fingerprint[:64]} of {code}; the bundle carries another.",
                )


def _carried(opened: Opened, code: str) -> dict[str, str]:
    """The keys of one authority in the bundle: fingerprint to name."""
    return {key.fingerprint: name for name, key in opened.keys.items() if name.partition("/")[0] == code}


def _vouched_by(opened: Opened, reached: dict[str, str]) -> dict[str, str]:
    """Keys not reached yet that are carried and that a reached one names in an event that it signed."""
    found: dict[str, str] = {}
    for signed in opened.proved:
        signer = _carried(opened, signed.event.authority).get(
            opened.key(signed.event.authority, signed.signature.key_id).fingerprint
        )
        if signer not in reached:
            continue
        for code, fingerprint in _signers(signed).items():
            name = _carried(opened, code.partition("/")[0]).get(fingerprint)
            if name is not None and name not in reached:
                found.setdefault(name, signed.event.authority)
    return found


def _signers(signed: SignedEvent) -> dict[str, str]:
    value = signed.event.facts.get("signers")
    if not isinstance(value, dict):
        return {}
    return {code: fingerprint for code, fingerprint in value.items() if isinstance(fingerprint, str)}
