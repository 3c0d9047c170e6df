from pathlib import Path

from comity.forms.catalogue import form_ids, load_form
from comity.forms.forms_page import forms_page

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "forms.md"


def test_the_reference_page_is_what_the_data_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == forms_page(), (
        "write it anew: python -c 'from comity.forms.forms_page import forms_page as p; print(p(), end=\"\")'"
        " > docs/reference/forms.md"
    )


def test_every_field_of_every_form_has_its_row() -> None:
    page = forms_page()
    for form_id in form_ids():
        form = load_form(form_id)
        assert f"\n## {form.title}\n" in page
        for place, field in form.walk():
            assert f"| `{place}` | {field.label.replace('|', chr(92) + '|')} | " in page
