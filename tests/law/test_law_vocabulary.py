"""A code that is not known is answered with what comes near it."""

import pytest

from comity.law.vocabulary import parse_measure, parse_offence
from comity.values.errors import InvalidInputError


@pytest.mark.parametrize(
    ("parse", "word", "says"),
    [
        (parse_offence, "drugs", r"'drugs' is not an offence .* Nearest: drug-trafficking\."),
        (parse_offence, "terrorism", r"Nearest: terrorist-financing"),
        (parse_measure, "bank", r"'bank' is not a measure .* Nearest: bank-records\."),
        (parse_measure, "hearings", r"hearing-witness"),
    ],
)
def test_what_begins_alike_is_near(parse, word, says):
    with pytest.raises(InvalidInputError, match=says):
        parse(word)
