"""Every code of the house has its word on the pages: no reader meets a wire word where there is one to say."""

import re
from pathlib import Path

import pytest
from django.utils.translation import override

from comity.authorities.competence import Competence
from comity.documents.letters import KINDS as DOCUMENTS
from comity.documents.wording import stage
from comity.evidence.custody import EventType
from comity.evidence.item_state import ItemKind, ItemState
from comity.law.vocabulary import MEASURES, OFFENCES
from comity.requests.actions import VERBS
from comity.requests.messages import MessageType
from comity.requests.phases import PartState, Phase
from comity.safeguards.permissions import Permission
from comity.values.actor import Role
from comity.values.verdict import Finding
from comity.web import vocabulary
from comity.web.events import EVENTS, event_word
from comity.web.law_vocabulary import LAW_WORDS

CODES = {
    "role": Role,
    "measure": MEASURES,
    "offence": OFFENCES,
    "phase": Phase,
    "part": PartState,
    "message": MessageType,
    "verb": VERBS,
    "custody": [*EventType, *ItemState],
    "item": ItemKind,
    "competence": Competence,
    "document": DOCUMENTS,
}


@pytest.mark.parametrize("kind", CODES)
def test_every_code_has_its_word(kind):
    wordless = [str(code) for code in CODES[kind] if str(code) not in vocabulary.KINDS[kind]]
    assert not wordless


@pytest.mark.parametrize("kind", ["phase", "part", "message", "verb"])
def test_a_sheet_on_paper_says_the_words_of_the_pages(kind):
    for language in ("en", "es", "ar"):
        with override(language):
            for code in vocabulary.KINDS[kind]:
                assert stage(kind, code, language) == vocabulary.word(kind, code), f"{kind} {code} in {language}"
    french = [stage(kind, code, "fr") for code in vocabulary.KINDS[kind]]
    assert not set(french) & set(vocabulary.KINDS[kind])
    assert stage(kind, "something-new", "fr") == "something-new"


def test_every_finding_has_its_word():
    assert set(vocabulary.FINDINGS) == set(Finding)


def test_a_code_without_a_word_is_shown_as_it_stands():
    assert vocabulary.word("measure", "something-new") == "something-new"


def test_every_event_entered_in_the_ledger_has_its_word():
    source = Path(vocabulary.__file__).parents[1]
    written = "".join(path.read_text() for path in source.rglob("*.py") if path.name != "events.py")
    every = set(re.findall(r'"((?:[a-z]+):(?:[a-z-]+):(?:[a-z-]+))"', written))
    codes = {code for code in every if not code.startswith("evidence:custody:")} - {one.value for one in Permission}
    assert len(codes) > 50
    assert codes <= set(EVENTS)
    assert set(EVENTS) <= codes | {one.value for one in Permission}, "a word for what nothing enters"


def test_an_event_of_custody_is_called_as_on_the_custody_line():
    assert event_word("evidence:custody:sealed") == vocabulary.word("custody", "sealed")


def test_no_kind_of_words_hides_another():
    assert set(vocabulary.KINDS) >= set(LAW_WORDS)
    assert all(vocabulary.KINDS[kind] is words for kind, words in LAW_WORDS.items())
    source = Path(vocabulary.__file__).read_text()
    own = re.findall(r'^    "(\w+)": [A-Z]+,$', source, re.MULTILINE)
    assert not set(own) & set(LAW_WORDS)
    assert vocabulary.word("use_of_item", "view") == "Open it"
