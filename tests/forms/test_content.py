import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.forms.content import parse_content
from comity.values.errors import InvalidInputError
from tests.documents.specimens import CONTENT


def changed(path: str, value: Any) -> dict[str, Any]:
    content: Any = copy.deepcopy(CONTENT)
    *way, last = [int(step) if step.isdigit() else step for step in path.split("/")]
    found = content
    for step in way:
        found = found[step]
    found[last] = value
    return content


def test_a_whole_request_is_kept_as_it_is() -> None:
    assert parse_content(CONTENT) == CONTENT


def test_an_empty_draft_is_a_request_of_which_nothing_is_stated() -> None:
    assert parse_content({}) == {}


@pytest.mark.parametrize(
    ("path", "value", "code", "place"),
    [
        ("colour", "red", "content:field", "colour"),
        ("parts/1/colour", "red", "content:field", "parts[1].colour"),
        ("facts", ["x"], "content:text", "facts"),
        ("facts/fr", 3, "content:text", "facts.fr"),
        ("facts/FR", "x", "content:language", "facts.FR"),
        ("persons/0/date_of_birth", "1980-02-30", "content:day", "persons[0].date_of_birth"),
        ("persons/0/date_of_birth", "2.1.1980", "content:day", "persons[0].date_of_birth"),
        ("persons/0/nationality", ["XX"], "content:state", "persons[0].nationality[0]"),
        ("persons/0/confidential", "yes", "content:flag", "persons[0].confidential"),
        ("persons/1/id", "p1", "content:id", "persons[1].id"),
        ("parts/0/id", None, "content:id", "parts[0].id"),
        ("parts/0/holder", "p9", "content:person", "parts[0].holder"),
        ("parts/0/measure", "Bank records!", "content:code", "parts[0].measure"),
        ("parts/0/period", {"from": "2026-02-01", "to": "2026-01-01"}, "content:period", "parts[0].period"),
        ("confidentiality/fields", ["persons[7]"], "content:place", "confidentiality.fields[0]"),
        ("confidentiality/fields", ["__class__"], "content:place", "confidentiality.fields[0]"),
        ("matter", "x" * 20_001, "content:length", "matter"),
        ("matter", "a\u202eb", "content:character", "matter"),
        ("matter", "a\x00b", "content:character", "matter"),
        ("parts", [{"id": f"a{n}"} for n in range(201)], "content:length", "parts"),
    ],
)
def test_what_does_not_fit_is_refused_with_its_place(path: str, value: Any, code: str, place: str) -> None:
    with pytest.raises(InvalidInputError) as caught:
        parse_content(changed(path, value))
    assert (caught.value.code, caught.value.place) == (code, place)


def test_what_is_no_record_at_all_is_refused() -> None:
    for value in ([], "x", 3, None):
        with pytest.raises(InvalidInputError):
            parse_content(value)


def test_blank_texts_are_not_stated() -> None:
    assert parse_content({"matter": "  \n ", "facts": {"fr": "", "es": " x "}}) == {"facts": {"es": "x"}}
    assert parse_content({"urgency": {"reason": ""}, "offences": [""]}) == {}


texts = st.one_of(
    st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufeff"), max_size=30),
    st.dictionaries(st.sampled_from(["fr", "es", "ar"]), st.sampled_from(["", " a ", "b\n\nc"]), max_size=3),
)
drafts = st.fixed_dictionaries(
    {},
    optional={
        "matter": texts,
        "facts": texts,
        "persons": st.lists(texts, max_size=3).map(
            lambda names: [{"id": f"p{n}", "name": name} for n, name in enumerate(names)]
        ),
        "parts": st.lists(texts, max_size=3).map(
            lambda names: [{"id": f"a{n}", "description": name, "questions": [name]} for n, name in enumerate(names)]
        ),
    },
)


@given(drafts)
def test_reading_what_was_read_changes_nothing(draft: dict[str, Any]) -> None:
    try:
        once = parse_content(draft)
    except InvalidInputError as error:
        assert error.code == "content:character"  # noqa: PT017 -- directions of text may come up among the drawn signs
        return
    assert parse_content(once) == once
