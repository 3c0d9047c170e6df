"""The keys of an authority as a person reads them: which one holds, which ended, and how safe each change was."""

from typing import Any

from rich.console import Group, RenderableType
from rich.text import Text

from comity.authorities.queries import ended_keys, verifying_key
from comity.values.instant import instant_text

SAFETY = {
    "own": "changed by this node's operator",
    "continuity": "continuity proved: the key before it signed the change",
    "directory": "the founders of a directory listed it by their threshold; a person here accepted it",
    "two-people": "continuity not proved: two people compared the new fingerprint over another channel",
}


def key_history(code: str) -> dict[str, Any]:
    """`authority`, the `fingerprint` that holds now, and the `ended` keys, the latest first."""
    return {
        "authority": code,
        "fingerprint": verifying_key(code).fingerprint,
        "ended": [
            {
                "fingerprint": one.key.fingerprint,
                "until": instant_text(one.until),
                "revoked_since": instant_text(one.revoked_since) if one.revoked_since else None,
                "reason": one.reason,
                "safety": one.safety,
                "confirmed_by": list(one.confirmed_by),
            }
            for one in ended_keys(code)
        ],
    }


def key_page(found: dict[str, Any]) -> RenderableType:
    parts = [Text(f"{found['authority']}  {found['fingerprint']}", "bold")]
    for one in found["ended"]:
        parts.append(Text(f"before   {one['fingerprint']}"))
        if one["revoked_since"]:
            parts.append(Text(f"  revoked: nothing it signed since {one['revoked_since']} is believed", "red"))
        parts.append(Text(f"  until {one['until']}: {SAFETY[one['safety']]}"))
        if one["reason"]:
            parts.append(Text(f"  reason: {one['reason']}"))
    return Group(*parts)
