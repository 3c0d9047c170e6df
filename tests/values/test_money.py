"""Money is a decimal with its currency, and no digit is invented or lost."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.values.errors import InvalidInputError
from comity.values.money import Money


@given(st.from_regex(r"-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,4})?", fullmatch=True), st.sampled_from(["CHF", "COP", "KWD"]))
def test_an_amount_round_trips_as_it_was_written(amount, currency):
    text = f"{amount} {currency}"
    assert str(Money.parse(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1250.00",
        "CHF",
        "1250,00 CHF",
        "1'250.00 CHF",
        "1e3 CHF",
        "NaN CHF",
        "1.00000 CHF",
        "1 chf",
        "1 CHFR",
        "1  CHF",
        "1 CHF x",
        "٥ CHF",
        "007 CHF",
        "+1 CHF",
        "1234567890123456 CHF",
        "1. CHF",
        ".5 CHF",
    ],
)
def test_any_other_spelling_is_refused(text):
    with pytest.raises(InvalidInputError) as caught:
        Money.parse(text)
    assert caught.value.code == "input:money"


def test_an_amount_made_by_calculation_is_never_written_with_an_exponent():
    assert str(Money(Decimal("1E+6"), "COP")) == "1000000 COP"
