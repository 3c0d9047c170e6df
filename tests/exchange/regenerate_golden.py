"""Writes the golden files anew: run it only when the wire format was changed on purpose, and read the difference.

`DJANGO_SETTINGS_MODULE=comity.site.settings_test .venv/bin/python -m tests.exchange.regenerate_golden`
"""

from pathlib import Path

import django

FOLDER = Path(__file__).parent.parent / "golden" / "exchange"


def main() -> None:
    django.setup()
    from tests.exchange import test_envelope, test_message, test_receipt, test_ticket  # noqa: PLC0415

    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / "message.json").write_bytes(test_message.full_letter().content)
    (FOLDER / "message.digest").write_text(test_message.full_letter().digest + "\n")
    (FOLDER / "header.json").write_bytes(test_envelope.header_bytes())
    (FOLDER / "receipt.json").write_bytes(test_receipt.delivery().content)
    (FOLDER / "rejection.json").write_bytes(test_receipt.rejection().content)
    (FOLDER / "ticket.json").write_bytes(test_ticket.TICKET.content)


if __name__ == "__main__":
    main()
