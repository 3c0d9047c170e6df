"""What an operator wants to know first: does anything wait, since when, and are the ledgers whole."""

from datetime import datetime, timedelta
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from comity.authorities.certificates import valid_until
from comity.authorities.keyring import Keyring
from comity.authorities.queries import directory_ends, local_authorities
from comity.cli.reconciling import reconciliation, told_line
from comity.cli.witnessing import alarm_lines, witness_state
from comity.evidence.queries import content_from
from comity.exchange.queries import AllowanceView, allowances, lapses, lines
from comity.safeguards.queries import broken_places, ledger_size
from comity.values.instant import instant_text

WARN_BEFORE = timedelta(days=60)
"""How long before a certificate ends it is said: partners must have the new one before the old one ends."""


def ending(keys: Keyring, at: datetime) -> list[str]:
    """The certificates that end soon or have ended, each with its last moment: of the exchange port and each office."""
    held = {"exchange port (TLS)": keys.tls_certificate}
    held |= {f"{code} office seal": keys.office_seal(code)[1] for code in keys.authorities()}
    ends = {name: valid_until(certificate) for name, certificate in held.items()}
    return [f"{name} ends {instant_text(end)}" for name, end in ends.items() if end - at <= WARN_BEFORE]


def directories_ending(at: datetime) -> list[str]:
    """The directories that have ended, or will within a week: nobody renewed them, or a newer one is kept from us."""
    soon = directory_ends(before=at + timedelta(days=7))
    return [f"directory {name} ends {instant_text(end)}: take a newer one" for name, end in soon.items()]


def node_status(keys: Keyring, at: datetime) -> dict[str, Any]:
    """`authorities`, `lines` (per partner: waiting, down since, next attempt, why), `quotas`, `ending` and `broken`.

    `quotas` tells per partner what it used of what it may: messages this hour, bytes at rest, open transfers.

    `ending` names the certificates that end within 60 days, `broken` places in ledgers, `witnesses` what `comity ledger
    witnesses` tells, `lapsed` what the exchange goes on without, since when and until when.
    """
    codes = [row.code for row in local_authorities()]
    return {
        "authorities": {code: {"ledger": ledger_size(code)} for code in codes},
        "lines": [
            {
                "partner": line.partner,
                "waiting": line.waiting,
                "stopped": line.stopped,
                "down_since": instant_text(line.down_since) if line.down_since else None,
                "next_attempt": instant_text(line.next_attempt) if line.next_attempt else None,
                "reason": line.last_reason,
            }
            for line in lines()
        ],
        "quotas": [_quota(one) for one in allowances(at)],
        "ending": [*ending(keys, at), *directories_ending(at)],
        "reconciling": [one for one in reconciliation() if one["done_at"] is None],
        "broken": [f"{code}: {place}" for code in codes for place in broken_places(code)],
        "witnesses": witness_state(),
        "lapsed": [
            {
                "kind": one.kind.value,
                "subject": one.subject,
                "since": instant_text(one.since),
                "until": instant_text(one.until),
                "overdue": one.overdue(at),
                "sentence": one.sentence(at),
            }
            for one in lapses(keys.tls_certificate, at)
        ],
    }


def _quota(one: AllowanceView) -> dict[str, Any]:
    open_transfers, content_bytes = content_from(one.partner)
    return {
        "partner": one.partner,
        "messages": [one.messages, one.limits.messages_per_hour],
        "bytes": [one.message_bytes + content_bytes, one.limits.bytes_at_rest],
        "transfers": [open_transfers, one.limits.open_transfers],
    }


def status_page(found: dict[str, Any]) -> RenderableType:
    """The status as an operator reads it: what is wrong first, then each ledger and each partner's line."""
    parts: list[RenderableType] = []
    for place in found["broken"]:
        parts.append(Text(f"BROKEN  {place}", "bold red"))
    for sentence in alarm_lines(found["witnesses"]):
        parts.append(Text(f"ALARM   {sentence}", "bold red"))
    for one in found["lapsed"]:
        words = [one["subject"], one["sentence"], f"Since {one['since']}, until {one['until']}."]
        parts.append(Text(f"LAPSED  {' '.join(filter(None, words))}", "bold red" if one["overdue"] else "yellow"))
    for sentence in found["ending"]:
        parts.append(Text(f"ENDS    {sentence}", "yellow"))
    parts += [Text(f"OLD     {told_line(one)}", "yellow") for one in found.get("reconciling", ())]
    if not parts:
        parts.append(Text("All ledgers are whole; no certificate ends within 60 days.", "green"))
    ledgers = Table("authority", "ledger entries", box=None, pad_edge=False)
    for code, held in found["authorities"].items():
        ledgers.add_row(code, f"{held['ledger']:,}")
    parts += [Text(), ledgers, Text()]
    if not found["lines"]:
        return Group(*parts, Text("Nothing was exchanged with a partner yet."))
    lines = Table("partner", "line", "waiting", "stopped", "next try", "why", box=None, pad_edge=False)
    for line in found["lines"]:
        stands = f"down since {line['down_since']}" if line["down_since"] else "up"
        waits, stopped, following = f"{line['waiting']:,}", f"{line['stopped']:,}", line["next_attempt"] or ""
        lines.add_row(line["partner"], stands, waits, stopped, following, Text(line["reason"]))
    quotas = Table("quota", "messages this hour", "bytes at rest", "open transfers", box=None, pad_edge=False)
    for quota in found["quotas"]:
        used = [f"{held:,} of {most:,}" for held, most in (quota[name] for name in ("messages", "bytes", "transfers"))]
        quotas.add_row(quota["partner"], *used, style="yellow" if _nearly(quota) else "")
    return Group(*parts, lines, Text(), quotas)


def _nearly(quota: dict[str, Any]) -> bool:
    """Whether a partner has used nine tenths of anything it may use."""
    return any(held * 10 >= most * 9 for held, most in (quota[name] for name in ("messages", "bytes", "transfers")))
