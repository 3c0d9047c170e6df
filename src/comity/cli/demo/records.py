"""The bank's records in the demo: a large file of invented transfers, the same in every run."""

from pathlib import Path

BLOCK_BYTES = 1 << 20


def write_bank_records(path: Path, megabytes: int) -> int:
    """Write so many MiB of statement lines; each block begins with its own number, so that no two are alike."""
    line = "2025-{month:02d}-{day:02d};000-111111-EJ;EXERCISE COMPANY {company};{amount}.00;COP;INVENTED TRANSFER\n"
    body = "".join(
        line.format(month=n % 12 + 1, day=n % 28 + 1, company=n % 97, amount=1000 + n * 7919 % 900000)
        for n in range(14_000)
    )
    with path.open("wb") as sink:
        for number in range(megabytes):
            head = f"# block {number:06d} of {megabytes}\n"
            sink.write((head + body)[:BLOCK_BYTES].ljust(BLOCK_BYTES, "\n").encode())
    return path.stat().st_size
