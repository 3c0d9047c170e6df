"""Filters for the checks of the law: a fact's question, and an answer to it in the reader's words."""

from typing import Any

from django import template

from comity.law.facts import load_facts
from comity.web.checking import words
from comity.web.checking.answers import shown

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
