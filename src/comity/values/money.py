"""Money: a decimal with its currency, never a float."""

import re
from dataclasses import dataclass
from decimal import Decimal

from comity.values.errors import InvalidInputError

_AMOUNT = re.compile(r"-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,4})?")


@dataclass(frozen=True, slots=True)
class Money:
    amount: Decimal
    currency: str

    def __str__(self) -> str:
        return f"{self.amount:f} {self.currency}"

    @classmethod
    def parse(cls, text: str) -> "Money":
        """Read `1250.00 CHF`; the amount as written is kept, so that no digit is invented."""
        amount, _, currency = text.strip().partition(" ")
        if not _AMOUNT.fullmatch(amount) or not re.fullmatch(r"[A-Z]{3}", currency):
            raise InvalidInputError(f"'{text[:40]}' is not an amount; write it as 1250.00 CHF.", code="input:money")
        return cls(Decimal(amount), currency)
