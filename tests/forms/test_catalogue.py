from collections import Counter

import pytest
import yaml

from comity.forms.catalogue import form_ids, load_form
from comity.forms.offences import categories, category_label
from comity.forms.schema import DATA
from comity.values.errors import MissingError


@pytest.mark.parametrize("form_id", form_ids())
def test_every_form_loads_and_counts_its_statuses_as_it_says(form_id: str) -> None:
    form = load_form(form_id)
    stated = yaml.safe_load((DATA / f"{form_id}.yaml").read_text(encoding="utf-8"))["field_counts"]
    assert Counter(field.status for _, field in form.walk()) == stated


@pytest.mark.parametrize("form_id", ["untoc_art18_mla", "bilateral_ch_co_mla_2011", "vienna1988_art7_mla"])
def test_the_contents_lists_that_were_read_are_verified_down_to_the_letter(form_id: str) -> None:
    form = load_form(form_id)
    assert all(field.verified and field.provision for _, field in form.walk())
    letters = [field.provision[-3:] for field in form.sections[0].fields]
    assert {"(a)", "(b)", "(c)"} <= set(letters)


def test_a_list_nobody_read_is_not_verified() -> None:
    assert not any(field.verified for _, field in load_form("general_mla").walk())


def test_nothing_of_the_european_annexes_counts_as_verified() -> None:
    for form_id in ("eio_annex_a", "eio_annex_b_receipt"):
        assert not any(field.verified for _, field in load_form(form_id).walk())


def test_a_section_hands_its_status_to_its_fields() -> None:
    section = load_form("mla_addons_by_assistance_type").section("interception")
    assert section.status == "VT"
    assert {field.status for field in section.fields} == {"VT"}


def test_a_field_is_found_by_its_place_and_a_plain_id_must_be_the_only_one() -> None:
    form = load_form("eio_annex_a")
    assert form.field("K.name").label == "Name of authority"
    assert form.field("executing_state").type == "country"
    with pytest.raises(MissingError, match="fields called 'name'"):
        form.field("name")


def test_options_in_groups_are_read_in_their_order() -> None:
    options = load_form("eio_annex_a").field("C.measure_type").options
    assert options[0] == "evidence_already_held"
    assert "interception" in options


@pytest.mark.parametrize(
    ("name", "nearest"), [("eio_anex_a", "eio_annex_a"), ("UNTOC_art18", "untoc_art18_mla"), ("", "")]
)
def test_an_unknown_form_is_answered_with_the_nearest(name: str, nearest: str) -> None:
    with pytest.raises(MissingError, match=f"Nearest: .*{nearest}") as caught:
        load_form(name)
    assert caught.value.next_step == "List them with `comity law forms`."


def test_there_are_thirty_two_categories_in_the_order_of_the_list() -> None:
    assert len(categories()) == 32
    assert category_label("EAW-05", "en") == "illicit trafficking in narcotic drugs and psychotropic substances"
    assert category_label("EAW-32", "fr") == "sabotage"
    with pytest.raises(MissingError):
        category_label("EAW-33", "en")


@pytest.mark.parametrize(
    "form_id",
    [
        "letter_of_request",
        "untoc_art18_mla",
        "uncac_art46_mla",
        "vienna1988_art7_mla",
        "ets030_mla",
        "eio_annex_a",
        "eio_annex_b_receipt",
        "eio_annex_c_interception",
        "eaw_form",
        "freezing_certificate",
        "confiscation_certificate",
        "epoc_annex_i",
        "epoc_pr_annex_ii",
        "budapest_art29_preservation",
        "budapest_art30_traffic",
        "budapest_art31_disclosure",
        "ece_extradition_request",
        "ece_provisional_arrest",
        "jit_model_2003",
        "jit_model_2017",
    ],
)
def test_every_standard_form_is_there_and_each_field_says_whether_it_was_read(form_id: str) -> None:
    form = load_form(form_id)
    fields = [field for _, field in form.walk()]
    assert fields
    assert all(field.status and (field.source or field.status == "O") for field in fields)
