"""What leaves with a request: the cover note says what the central authority wrote, in each language it wrote in."""

import shutil
import subprocess

import pytest

from comity.store.queries import content_bytes
from tests.requests.matters import both
from tests.requests.stages import signed
from tests.requests.world import World


def printed(data: bytes, file) -> str:
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext (poppler-utils) is not installed: the text of the pages was not read.")
    file.write_bytes(data)
    text = subprocess.run(["pdftotext", "-layout", file, "-"], capture_output=True, check=True).stdout.decode()
    return " ".join(text.split())


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (
            both("Nous signalons l'urgence.", "Señalamos la urgencia."),
            {"fr": "Nous signalons l'urgence.", "es": "Señalamos la urgencia."},
        ),
        ({"de": "Wir weisen auf die Dringlichkeit hin."}, {"fr": "Wir weisen auf die Dringlichkeit hin."}),
    ],
)
def test_the_cover_note_prints_the_words_in_every_language_they_are_written_in(
    cast: World, tmp_path, words, told
) -> None:
    dossier = signed(cast)
    cast.do("clerk", "check_form", dossier, number="B-26-77", cover_note=words)
    cast.do("head", "transmit_request", dossier, digest=cast.release("head", dossier)["digest"])
    notes = {one.language: one.digest for one in cast.documents("head", dossier) if one.kind == "cover-note"}
    assert set(notes) == set(told)
    for language, sentence in told.items():
        pdf = content_bytes(notes[language], keys=cast.keys, vault=cast.vault)
        assert sentence.replace("'", "’") in printed(pdf, tmp_path / "note.pdf").replace("'", "’")
