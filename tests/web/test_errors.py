"""Each class of error has its answer; what is absent and what may not be seen answer with the same bytes."""

from types import SimpleNamespace

import pytest
from django.test import RequestFactory

from comity.values import errors
from comity.web.errors import ANSWERS, answer_for, error_page
from tests.web.specimens import SpecimenHouse

CLASSES = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.ComityError)]


@pytest.mark.parametrize("kind", CLASSES)
def test_every_class_has_an_answer_of_its_own(kind):
    assert kind in ANSWERS


def test_the_answers_are_told_apart_by_their_status():
    statuses = [answer.status for answer in ANSWERS.values()]
    assert len(set(statuses)) == len(statuses)
    assert answer_for(errors.ConflictError("x")).status == 409


def page_of(error, **headers):
    request = RequestFactory().get("/dossiers/x", headers=headers)
    request.house, request.user, request.session = SpecimenHouse(""), SimpleNamespace(is_authenticated=False), {}
    request._messages = []
    return error_page(request, error)


def test_absent_and_forbidden_answer_with_the_same_bytes(rf):
    absent = page_of(errors.MissingError())
    forbidden = page_of(errors.MissingError("CH-FOJ:dossier:1 is not yours", code="requests:other", place="secret"))
    assert absent.status_code == forbidden.status_code == 404
    assert without_token(absent.content) == without_token(forbidden.content)
    assert b"secret" not in forbidden.content


def without_token(page):
    """The page without the token of its forms, which is new with every answer."""
    text = page.decode()
    marker = 'name="csrfmiddlewaretoken" value="'
    while marker in text:
        start = text.index(marker)
        text = text[:start] + text[text.index(">", start) :]
    return text


def test_a_refusal_says_why_and_a_markup_in_it_stays_inert():
    page = page_of(errors.RefusedError("<script>alert(1)</script>", code="policy:same-hand", place="<b>"))
    assert page.status_code == 403
    assert b"<script>alert" not in page.content
    assert b"policy:same-hand" in page.content


def test_a_fragment_gets_a_fragment():
    page = page_of(errors.ConflictError("It changed."), **{"HX-Request": "true"})
    assert page.status_code == 409
    assert b"<html" not in page.content
