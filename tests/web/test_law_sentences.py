"""What the engine says is told in the reader's language; only what the law's own files say may stay in English, marked."""

import random
import re
from datetime import date
from html import unescape

import pytest
from django.utils import translation

from comity.law.basis import find_bases
from comity.law.correction import Fact
from comity.law.facts import load_facts
from comity.law.overlays import Overlay, with_overlays
from comity.law.register import load_register
from comity.law.vocabulary import MEASURES, OFFENCES
from comity.web.law_sentence_table import AGES, AROUND, LEADING, WHOLE
from comity.web.law_sentences import told

ENGLISH = re.compile(r'<span lang="en" dir="ltr">(.*?)</span>')
SAMPLES = {
    "age": " (as of 2015-03-14)",
    "asof": "2015-03-14",
    "code": "UNTOC",
    "day": "2014-04-27",
    "mark": "this node's correction of 2026-11-30, approved by two",
    "measure": "bank-records",
    "other": "CO",
    "place": "Colombia",
    "state": "CH",
    "text": "words of a source",
    "title": "Treaty between CH and CO (MLA)",
    "was": "party; entry into force 2012-05-01",
    "what": "Fraud",
}


@pytest.fixture(params=["es", "ar"])
def language(request):
    with translation.override(request.param):
        yield request.param


@pytest.mark.parametrize("template", [*WHOLE, *LEADING, *AGES, *AROUND])
def test_each_sentence_of_the_table_is_told_with_its_parts(template, language):
    parts = {name: SAMPLES[name.rstrip("2")] for name in re.findall(r"%\((\w+)\)s", template)}
    shown = unescape(told(template % parts))
    assert ENGLISH.findall(shown) in ([], ["words of a source"])
    assert ("CH" not in re.sub(r"<.*?>", "", shown)) or "state" not in parts, "a State is named, not coded"
    for kind in {"day", "code"} & parts.keys():
        assert parts[kind] in shown


def test_no_sentence_of_the_engine_stays_in_english(language):
    register, dice = load_register(), random.Random(3)
    states = sorted({state for rows in register.participations.values() for state in rows if state != "EU"})
    ours, left = own_words(register), set()
    for _ in range(60):
        first, second = dice.sample(states, 2)
        answer = find_bases(
            register,
            first,
            second,
            measure=dice.choice(list(MEASURES)),
            offence=dice.choice(list(OFFENCES)),
            on=date(2026, 11, 21),
        )
        for basis in answer.bases:
            for text in (*(one.text for one in basis.reasons), *(one.text for one in basis.questions), basis.channel):
                left |= {piece for piece in map(unescape, ENGLISH.findall(told(text))) if piece not in ours}
    assert not left, sorted(left)[:10]


def own_words(register):
    """Every rule, declaration and source of the register, and the sentences they are made of."""
    found = set()
    for one in register.multilateral.values():
        rules = [one.force.provision, one.membership.provision, *one.membership.opted_out.values()]
        rules += [*one.membership.doubtful.values(), *(relation.provision for relation in one.relations)]
        rules += [cover.provision for cover in (*one.measures.values(), *one.offences.values(), one.otherwise)]
        rules += [condition.provision for condition in one.conditions.values()]
        found |= {rule.text for rule in rules if rule}
    for rows in register.declared.values():
        for row in (*rows.reservations, *rows.channels):
            found |= {row.text, row.as_of, *row.as_of.split("; ")}
    found |= {effect["text"] for effect in register.effects.values()}
    for rows in register.participations.values():
        for row in rows.values():
            found |= {row.as_of.removeprefix("repo commit "), row.scope}
    for treaty in register.treaties:
        found |= {
            treaty.title,
            treaty.title[:160],
            "; ".join(dict.fromkeys(row.as_of for row in treaty.rows if row.as_of)),
        }
        found |= {row.as_of for row in treaty.rows}
    pieces = {piece for text in found for piece in re.split(r"(?<=[.?]) (?=[A-Z])", text)}
    return found | pieces


def test_what_is_asked_is_told(language):
    asked = {one.text for one in load_facts().meanings.values()}
    for one in load_register().multilateral.values():
        conditions = [condition.asked for condition in one.conditions.values()]
        covers = [cover.asked for cover in (*one.measures.values(), *one.offences.values(), one.otherwise)]
        cautions = [caution.asked for caution in one.cautions]
        asked |= {ask.text for ask in (*conditions, *covers, *cautions) if ask}
    english = sorted(text for text in asked if ENGLISH.search(told(text)))
    assert not english, f"put its words in locale/{language}: {english[:5]}"


def test_every_instrument_of_the_register_has_its_title(language):
    titles = [one.title for one in load_register().multilateral.values()]
    titles += [load_register().instrument(code).title for code in load_register().deep]
    assert not [title for title in titles if ENGLISH.search(told(title))]


def test_a_correction_is_told_with_what_it_displaced(language):
    fact = Fact(
        kind="participation",
        instrument="UNTOC",
        state="CO",
        status="party",
        entry_into_force="2012-05-01",
        source="Diario Oficial",
        address="https://example.org",
        as_of="2026-11-01",
        verified="yes",
        reason="shown",
    )
    register = with_overlays(load_register(), [Overlay("G-1", fact, "2026-11-30")])
    answer = find_bases(
        register, "CH", "CO", measure="bank-records", offence="fraud", on=date(2026, 11, 30), today=date(2026, 11, 30)
    )
    untoc = next(basis for basis in answer.bases if basis.instrument == "UNTOC")
    text = next(reason.text for reason in untoc.reasons if "correction" in reason.text)
    shown = told(text)
    assert not re.search("correction|entry into force", shown)
    assert {"2012-05-01", "2026-11-30"} <= set(re.findall(r"[-0-9]{10}", shown))


def test_what_the_catalogue_lacks_is_marked_and_escaped(language):
    assert told("Words <b>nobody</b> translated.") == (
        '<span lang="en" dir="ltr">Words &lt;b&gt;nobody&lt;/b&gt; translated.</span>'
    )
    shown = told("CH declared: <b>dual</b> criminality (as of 2019-08-19).")
    assert '<span lang="en" dir="ltr">&lt;b&gt;dual&lt;/b&gt; criminality</span>' in shown


def test_in_english_a_state_is_named_and_nothing_is_marked():
    with translation.override("en"):
        assert told("CO is bound since 2004-09-03 (as of 2015-03-14).") == (
            "Colombia is bound since 2004-09-03 (as of 2015-03-14)."
        )
        assert "lang=" not in told("Words nobody translated.")
