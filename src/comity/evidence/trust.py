"""On which keys a verification rests: those pinned by the reader, those vouched for by a pinned one, or none.

A custody event names in `signers` the fingerprints of those who signed before and of the partner. So one pinned key
reaches the others through what its holder signed; a key reached by nobody stands on the bundle's own word only.
"""

import re

from comity.evidence.custody import SignedEvent
from comity.evidence.opened import Opened
from comity.evidence.report import Report

_FINGERPRINT = re.compile(r"[0-9a-f]{64}")


def check_trust(opened: Opened, pinned: frozenset[str], report: Report) -> None:
    """Lines on the keys: without a pin, that they are only those the bundle itself carries."""
    held = {key.fingerprint: code for code, key in opened.keys.items()}
    _check_vouching(opened, report)
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
    while grown := _vouched_by(opened, reached):
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


def _check_vouching(opened: Opened, report: Report) -> None:
    """No signed event names another key for an authority than the bundle carries."""
    for signed in opened.proved:
        for code, fingerprint in _signers(signed).items():
            key = opened.keys.get(code)
            if key is not None and key.fingerprint != fingerprint:
                report.breaks(
                    f"item {signed.event.item}, event {signed.event.sequence}, facts.signers",
                    f"{signed.event.authority} names the key {fingerprint[:64]} of {code}; the bundle carries another.",
                )


def _vouched_by(opened: Opened, reached: dict[str, str]) -> dict[str, str]:
    """Authorities not reached yet whose carried key a reached one names in an event that it signed."""
    found: dict[str, str] = {}
    for signed in opened.proved:
        if signed.event.authority not in reached:
            continue
        for code, fingerprint in _signers(signed).items():
            key = opened.keys.get(code)
            if code not in reached and key is not None and key.fingerprint == fingerprint:
                found.setdefault(code, signed.event.authority)
    return found


def _signers(signed: SignedEvent) -> dict[str, str]:
    value = signed.event.facts.get("signers")
    if not isinstance(value, dict):
        return {}
    return {code: fingerprint for code, fingerprint in value.items() if isinstance(fingerprint, str)}
