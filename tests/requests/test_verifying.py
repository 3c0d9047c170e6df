"""A document is shown as sealed only where its seal was checked; who sent it is no seal."""

from io import BytesIO

from comity.authorities.models import Authority
from comity.requests.actions import verify_seals
from comity.requests.models import Document
from comity.store.actions import keep
from comity.store.models import SealedBlob
from comity.web.marks import SealState
from comity.web.proofs import seal_of_document
from tests.requests.stages import transmitted
from tests.requests.world import World


def received(world: World) -> list[Document]:
    return list(Document.objects.filter(dossier__holder="CO-FGN", own=False).order_by("id"))


def marks(world: World, dossier) -> set[SealState]:
    return {seal_of_document(one).state for one in world.documents("registrar", dossier)}


def checked(world: World) -> int:
    return verify_seals(keys=world.keys, vault=world.vault)


def test_nothing_is_shown_as_sealed_before_its_seal_was_checked(cast: World) -> None:
    dossier = transmitted(cast)
    cast.post()
    assert received(cast)
    assert {one.seal_state for one in received(cast)} == {""}
    assert marks(cast, dossier) == {SealState.UNVERIFIED}
    assert checked(cast) == len(received(cast))
    assert {one.seal_state for one in received(cast)} == {"valid"}
    assert {one.sealed_by for one in received(cast)} <= {"CH-FOJ", "CH-OAG"}
    assert marks(cast, dossier) == {SealState.VERIFIED}
    assert checked(cast) == 0


def test_a_signer_we_do_not_know_is_said_and_looked_at_again_once_the_directory_names_it(cast: World) -> None:
    certificates = dict(Authority.objects.filter(state="CH").values_list("code", "seal_certificate"))
    assert all(certificates.values())
    Authority.objects.filter(state="CH").update(seal_certificate="")
    dossier = transmitted(cast)
    cast.post()
    assert checked(cast) > 0
    assert {one.seal_state for one in received(cast)} == {"unknown-signer"}
    assert marks(cast, dossier) == {SealState.UNVERIFIED}
    (view, *_) = cast.documents("registrar", dossier)
    assert "do not trust" in str(seal_of_document(view).who)
    assert checked(cast) == 0
    for code, certificate in certificates.items():
        Authority.objects.filter(code=code).update(seal_certificate=certificate)
    assert checked(cast) > 0
    assert marks(cast, dossier) == {SealState.VERIFIED}


def test_a_file_without_a_seal_and_a_changed_one_are_told_apart_and_neither_is_verified(cast: World) -> None:
    transmitted(cast)
    cast.post()
    row = received(cast)[0]
    for data, state in ((b"%PDF-1.4 nothing here /ByteRange", "broken"), (b"a scan", "none")):
        kept = keep(BytesIO(data), keys=cast.keys, vault=cast.vault, at=cast.at, chance=cast.chance)
        Document.objects.filter(pk=row.pk).update(
            digest=kept.digest,
            size=kept.size,
            seal_state="",
            seal_trust="",
            media_type="application/pdf" if state == "broken" else "image/png",
        )
        checked(cast)
        row.refresh_from_db()
        assert row.seal_state == state
        assert row.seal_detail


def test_a_document_that_has_not_come_waits(cast: World) -> None:
    transmitted(cast)
    SealedBlob.objects.filter(digest__in=[one.digest for one in received(cast)]).delete()
    assert checked(cast) == 0
    assert {one.seal_state for one in received(cast)} == {""}
