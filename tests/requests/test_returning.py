"""Results go under a letter each, so that a court's bundle of some of them is vouched for and tells of no other."""

import io
import shutil
import subprocess
from pathlib import Path

import pytest

from comity.evidence.actions import approve_release, export_bundle, propose_release, take_in
from comity.evidence.models import Item
from comity.evidence.verification import verify_bundle
from comity.exchange.queries import messages_of
from comity.requests.actions.returning import MOST_ITEMS
from comity.requests.models import Document
from comity.values.errors import InvalidInputError
from comity.values.reference import Reference
from tests.requests.stages import agree, in_execution
from tests.requests.world import World

RECORD = {"on": "2026-11-02", "place": "Bogotá", "by": "Fiscalía 14"}
TITLES = ("Extractos de la primera cuenta", "Extractos de la segunda cuenta")


def taken_in(world: World, dossier: Reference, titles: tuple[str, ...] = TITLES) -> list[Item]:
    world.do("fiscal", "record_execution", dossier, parts=["a"], record=RECORD)
    return [
        take_in(
            world.act("fiscal"),
            dossier=dossier,
            authority="CO-FGN",
            keys=world.keys,
            vault=world.vault,
            seizure=RECORD,
            file=io.BytesIO(title.encode()),
            name=f"{number}.csv",
            title=title,
            parts=["a"],
        )
        for number, title in enumerate(titles)
    ]


def returned(world: World) -> tuple[Reference, list[Item]]:
    dossier = in_execution(world)
    items = taken_in(world, dossier)
    references = [item.reference for item in items]
    world.do("chief", "check_results", dossier, items=references)
    world.do("chief", "return_evidence", dossier, parts=["a"], items=references, cover_letter={"es": "Damos fe."})
    world.post()
    world.post()
    return dossier, items


def test_each_item_is_returned_under_a_letter_of_its_own(cast: World) -> None:
    dossier, items = returned(cast)
    body = messages_of("CO-FGN", str(dossier))[-1].signed.message.body
    letters = {entry["item"]: entry["letter"] for entry in body["items"]}
    assert set(letters) == {item.reference for item in items}
    assert len(set(letters.values())) == 2
    for name in ("chief", "clerk"):
        papers = {one.digest: one for one in cast.documents(name, dossier) if one.kind == "cover-letter"}
        assert set(papers) == set(letters.values())
        assert {(one.name, one.language) for one in papers.values()} == {
            ("cover-letter-es-1.pdf", "es"),
            ("cover-letter-es-2.pdf", "es"),
        }
    agree(cast, dossier)


def test_a_bundle_of_one_item_carries_its_letter_and_tells_of_no_other(cast: World, tmp_path: Path) -> None:
    dossier, (given, kept) = returned(cast)
    cast.do("head", "countersign_evidence", dossier, items=[given.reference, kept.reference])
    release = propose_release(
        cast.act("prosecutor"), dossier=dossier, items=[given.reference], audience="court", ground="Art. 15"
    )
    approve_release(cast.act("head"), release.reference, digest=release.digest, keys=cast.keys)
    folder = tmp_path / "bundle"
    export_bundle(cast.act("prosecutor"), release.reference, folder, keys=cast.keys, vault=cast.vault)
    report = verify_bundle(folder)
    assert report.broken == []
    (letter,) = (folder / "data/letters").iterdir()
    assert letter.read_bytes().startswith(b"%PDF")
    held = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    for secret in (kept.reference, kept.digest, kept.title):
        assert secret.encode() not in held
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext (poppler-utils) is not installed: the text of the letter was not read.")
    printed = subprocess.run(["pdftotext", "-layout", letter, "-"], capture_output=True, check=True).stdout.decode()
    plain = printed.replace("\u200b", "")
    assert ("primera" in plain, "segunda" in plain) == (True, False)
    assert (given.digest[:12] in plain, kept.digest[:12] in plain) == (True, False)


def test_an_item_is_named_once_and_as_many_as_one_message_holds(cast: World) -> None:
    dossier = in_execution(cast)
    (item,) = taken_in(cast, dossier, TITLES[:1])
    twice = [item.reference, item.reference]
    with pytest.raises(InvalidInputError, match="each once"):
        cast.do("chief", "return_evidence", dossier, parts=["a"], items=twice, cover_letter={"es": "x"})
    columns = {field.name: getattr(item, field.name) for field in Item._meta.fields if field.name != "id"}
    more = [
        Item.objects.create(**columns | {"reference": f"{item.reference[:-4]}{number:04}"})
        for number in range(MOST_ITEMS + 1)
    ]
    with pytest.raises(InvalidInputError, match=f"At most {MOST_ITEMS} items"):
        cast.do(
            "chief",
            "return_evidence",
            dossier,
            parts=["a"],
            items=[row.reference for row in more],
            cover_letter={"es": "x"},
        )
    assert not Document.objects.filter(kind="cover-letter").exists()
