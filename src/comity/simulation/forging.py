"""What a dishonest operator can do to a ledger in the database: all is made to fit, but for what others hold."""

from typing import Any

from django.db import connection

from comity.safeguards.ledger import frontier_bytes, leaf_data
from comity.seals.canonical import decode, encode
from comity.seals.merkle import Frontier, leaf_hash
from comity.simulation.chance import Chance

Entry = tuple[bytes, dict[str, Any]]
"""The salt of an entry and what it says."""


def entries_of(authority: str) -> list[Entry]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT salt, entry FROM safeguards_ledgerentry WHERE authority = %s ORDER BY seq", [authority])
        return [(bytes(salt), decode(bytes(entry))) for salt, entry in cursor.fetchall()]


def write_entries(authority: str, entries: list[Entry]) -> None:
    """Put these entries in the place of the ledger: numbers, leaves and head follow; tiles are left to be made anew."""
    frontier = Frontier()
    rows = []
    for seq, (salt, before) in enumerate(entries):
        said = {**before, "seq": seq}
        data = encode(said)
        leaf = leaf_data(salt, data)
        frontier.append(leaf_hash(leaf))
        rows.append([authority, seq, said["at"], said["actor"], said["event"], said["subject"], salt, data, leaf])
    with connection.cursor() as cursor:
        for table in ("ledgerentry", "ledgertile"):
            cursor.execute(f"DELETE FROM safeguards_{table} WHERE authority = %s", [authority])  # noqa: S608 - our own tables
        cursor.executemany(
            "INSERT INTO safeguards_ledgerentry (authority, seq, at, actor, event, subject, salt, entry, leaf)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
            rows,
        )
        cursor.execute(
            "UPDATE safeguards_ledgerhead SET size = %s, frontier = %s WHERE authority = %s",
            [frontier.size, frontier_bytes(frontier), authority],
        )


def altered(entries: list[Entry], witnessed: int, chance: Chance) -> list[Entry]:
    """Another word in an entry that was witnessed."""
    place = chance.below(witnessed)
    salt, said = entries[place]
    return [*entries[:place], (salt, {**said, "facts": {"changed": chance(4).hex()}}), *entries[place + 1 :]]


def back_dated(entries: list[Entry], witnessed: int, chance: Chance) -> list[Entry]:
    """An entry more, among those that were witnessed."""
    place = chance.below(witnessed)
    _, said = entries[place]
    return [*entries[:place], (chance(16), {**said, "facts": {"before": chance(4).hex()}}), *entries[place:]]


def reordered(entries: list[Entry], witnessed: int, chance: Chance) -> list[Entry]:
    """Two entries in each other's place, the earlier of which was witnessed."""
    one = chance.below(min(witnessed, len(entries) - 1))
    other = one + 1 + chance.below(len(entries) - one - 1)
    changed = list(entries)
    changed[one], changed[other] = changed[other], changed[one]
    return changed


def cut(entries: list[Entry], witnessed: int, chance: Chance) -> list[Entry]:
    """The end taken off, with something that was witnessed."""
    return entries[: chance.below(witnessed)]


def removed(entries: list[Entry], witnessed: int, chance: Chance) -> list[Entry]:
    """One witnessed entry taken out, the others closed up."""
    place = chance.below(witnessed)
    return entries[:place] + entries[place + 1 :]


FORGERIES = {
    "altered": altered,
    "back-dated": back_dated,
    "reordered": reordered,
    "cut": cut,
    "removed": removed,
}
