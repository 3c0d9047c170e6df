"""Each safeguard taken away is caught: an oracle that sees nothing proves nothing.

The list stands in `soak/ablations.py`. Here its quick ones are tried, and all of them with COMITY_EXHAUSTIVE set; those of
courier and ledgers have their place in the tests beside this one, and `make soak-ablations` tries every one, with the
safeguard in its place too.
"""

import os

import pytest

from soak.ablations import ABLATIONS, of

QUICK = (
    "deduplication",
    "one transaction",
    "signature",
    "one half of a signature",
    "recipient in the message",
    "sender in the header",
    "header under the seal",
    "equivocation",
    "known partners only",
    "known types only",
    "one version",
    "size before work",
    "allowance",
    "receipt about this message",
    "trying again",
    "clock set back",
    "one worker a row",
    "the same receipt",
    "ledger line",
    "network outside transactions",
    "stopping at a final refusal",
)


TRIED = [one.safeguard for one in ABLATIONS] if "COMITY_EXHAUSTIVE" in os.environ else QUICK


@pytest.mark.parametrize("safeguard", TRIED)
def test_the_oracle_catches_the_loss_of(safeguard):
    assert of(safeguard).shown(), f"nobody noticed that '{safeguard}' was gone"


def test_there_are_thirty_safeguards_and_each_has_its_name():
    assert len({one.safeguard for one in ABLATIONS}) == len(ABLATIONS) >= 30


def test_with_everything_in_its_place_the_words_are_not_said():
    assert not of("known partners only").shown(removed=False)
