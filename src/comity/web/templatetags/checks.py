"""Filters for the checks of the law: a fact's question, and an answer to it in the reader's words."""

from html import unescape
from typing import Any

from django import template
from django.utils.html import strip_tags

from comity.law.facts import load_facts
from comity.web.checking import words
from comity.web.checking.answers import carried_answers, shown
from comity.web.checking.dual_sheet import Controls
from comity.web.law_sentences import told

register = template.Library()


@register.filter
def fact_text(fact: str) -> str:
    """The question a fact stands for."""
    meaning = load_facts().meanings.get(fact)
    return meaning.text if meaning else fact


@register.filter
def fact_word(value: Any, fact: str) -> str:
    """A value of a fact in the reader's words."""
    said = ("yes" if value else "no") if isinstance(value, bool) else str(value)
    return shown(load_facts().meanings.get(fact), said)


@register.filter
def said(code: str, kind: str) -> str:
    """The word for a code of the checks in the reader's language."""
    return words.said(kind, str(code))


@register.filter
def side_of(controls: Controls | str, side: str) -> str:
    """What was said of one element for one law: `r` the requesting, `q` the requested one."""
    if not isinstance(controls, Controls):
        return ""
    return controls.requesting if side == "r" else controls.requested


@register.filter
def plain_text(text: str) -> str:
    """A sentence of the register where no markup may stand: translated where the catalogue has it."""
    return unescape(strip_tags(told(text)))


@register.filter
def carried_with(query: Any, code: str) -> str:
    """The matter of a page of the law as it goes along to another, with the instrument named."""
    said = dict(query.items()) if hasattr(query, "items") else {}
    return carried_answers({**said, "instrument": code} if code else said)
