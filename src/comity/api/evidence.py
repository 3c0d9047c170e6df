"""Evidence over the API: taking in, reading, checking, and the release for a court or a defence."""

import tempfile
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO, Literal, cast

from django.conf import settings
from django.http import FileResponse, HttpRequest, StreamingHttpResponse
from ninja import Form, Router, Schema
from ninja.files import UploadedFile

from comity.api.dossiers import named
from comity.api.multipart import read_beside
from comity.api.plain import plain
from comity.api.sessions import act
from comity.evidence import actions
from comity.evidence.actions import Exhibit
from comity.evidence.archive import pack_folder
from comity.evidence.item_state import ItemKind
from comity.evidence.queries import item_content, item_view, items_of, recalls_of, releases_of
from comity.requests.actions import take_in_from_post
from comity.requests.queries import readable_dossier
from comity.safeguards.actions import enter_read
from comity.safeguards.permissions import Permission
from comity.store.spool import spool_of
from comity.values.reference import Kind

router = Router(tags=["evidence"])


class Intake(Schema):
    """What is known of an item beyond its bytes; `seizure` says at least `on`, `place` and `by`."""

    title: str
    kind: Literal["digital", "testimony"] = "digital"
    seizure: dict[str, Any]
    execution: dict[str, Any] | None = None
    formalities: dict[str, Any] | None = None
    parts: list[str] = []
    media_type: str = "application/octet-stream"
    handling: str = "H0"
    sources: list[str] = []
    place: str = ""


class Thing(Schema):
    title: str
    place: str
    seizure: dict[str, Any]
    parts: list[str] = []
    handling: str = "H0"


class PostedThing(Schema):
    """A thing that came by post from a partner without a node: on what day, on or in what, where it is kept."""

    title: str
    on: date
    carrier: str
    place: str
    handling: str = "H0"


class PostedFile(Schema):
    """The same of a file on a carrier."""

    title: str
    on: date
    carrier: str
    kind: Literal["digital", "testimony"] = "digital"
    media_type: str = "application/octet-stream"
    place: str = ""
    handling: str = "H0"


class Proposal(Schema):
    items: list[str]
    audience: str
    ground: str
    permission: str = ""


class Decision(Schema):
    digest: str
    reason: str = ""


@router.get("/dossiers/{reference}/items", summary="The items of a dossier that I may read")
def items(request: HttpRequest, reference: str) -> Any:
    deed, subject = act(request), named(reference, Kind.DOSSIER)
    readable_dossier(deed.actor, subject, Permission.ITEM_READ)
    found = items_of(deed.actor, subject)
    enter_read(deed, subject, authority=deed.actor.authority, event="evidence:items:searched")
    return plain(found)


@router.post("/dossiers/{reference}/items", summary="Take a file in, with the record of how it came into our hands")
def take_in(request: HttpRequest, reference: str, file: UploadedFile, record: Form[str]) -> Any:
    """`record` is an `Intake` as JSON text, beside the file."""
    known = read_beside(Intake, record)
    deed, dossier = act(request), named(reference, Kind.DOSSIER)
    taking = actions.take_in_record if known.kind == "testimony" else actions.take_in
    item = taking(
        deed,
        dossier=dossier,
        authority=readable_dossier(deed.actor, dossier, Permission.DOSSIER_READ).holder,
        file=cast("BinaryIO", file.file),
        name=file.name or "",
        title=known.title,
        keys=settings.COMITY.keys(),
        vault=settings.COMITY.vault(),
        expected_size=file.size or 0,
        **known.dict(exclude={"title", "kind"}, exclude_none=True),
    )
    return plain(item_view(deed.actor, item.reference, deed.at.date()))


@router.post("/dossiers/{reference}/things", summary="Take a thing in by its description")
def take_in_thing(request: HttpRequest, reference: str, body: Thing) -> Any:
    deed, dossier = act(request), named(reference, Kind.DOSSIER)
    item = actions.take_in_physical(
        deed,
        dossier=dossier,
        authority=readable_dossier(deed.actor, dossier, Permission.DOSSIER_READ).holder,
        keys=settings.COMITY.keys(),
        **body.dict(),
    )
    return plain(item_view(deed.actor, item.reference, deed.at.date()))


@router.get("/dossiers/{reference}/recalls", summary="Recalls and narrowings of a dossier, with their answers")
def recalls(request: HttpRequest, reference: str) -> Any:
    deed, subject = act(request), named(reference, Kind.DOSSIER)
    readable_dossier(deed.actor, subject, Permission.ITEM_READ)
    found = recalls_of(deed.actor, subject)
    enter_read(deed, subject, authority=deed.actor.authority, event="evidence:items:searched")
    return [{**plain(one), "answered": one.answered, "breached": one.breached(deed.at.date())} for one in found]


@router.post("/dossiers/{reference}/posted/items", summary="Take in a file that came by post, as it came")
def take_in_posted(request: HttpRequest, reference: str, file: UploadedFile, record: Form[str]) -> Any:
    """`record` is a `PostedFile` as JSON text, beside the file."""
    known = read_beside(PostedFile, record)
    exhibit = Exhibit(ItemKind(known.kind), known.title, cast("BinaryIO", file.file), file.name or "")
    more = known.dict(exclude={"on", "kind", "title"})
    return _posted(request, reference, exhibit, known.on, expected_size=file.size or 0, **more)


@router.post("/dossiers/{reference}/posted/things", summary="Take in a thing that came by post, by its description")
def take_in_posted_thing(request: HttpRequest, reference: str, body: PostedThing) -> Any:
    exhibit = Exhibit(ItemKind.PHYSICAL, body.title)
    return _posted(request, reference, exhibit, body.on, **body.dict(exclude={"on", "title"}))


def _posted(request: HttpRequest, reference: str, exhibit: Exhibit, on: date, **record: Any) -> Any:
    deed, node = act(request), settings.COMITY
    item = take_in_from_post(
        deed,
        dossier=named(reference, Kind.DOSSIER),
        exhibit=exhibit,
        on=on,
        keys=node.keys(),
        vault=node.vault(),
        **record,
    )
    return plain(item_view(deed.actor, item.reference, deed.at.date()))


@router.get("/items/{reference}", summary="One item with its custody line")
def item(request: HttpRequest, reference: str) -> Any:
    deed, subject = act(request), named(reference, Kind.ITEM)
    view = item_view(deed.actor, subject, deed.at.date())
    enter_read(deed, subject, authority=deed.actor.authority, event="evidence:item:read")
    return plain(view)


@router.get("/items/{reference}/content", summary="An item's bytes, as a download")
def content(request: HttpRequest, reference: str) -> StreamingHttpResponse:
    view, chunks = item_content(
        act(request),
        named(reference, Kind.ITEM),
        keys=settings.COMITY.keys(),
        vault=settings.COMITY.vault(),
    )
    response = StreamingHttpResponse(chunks, content_type="application/octet-stream")
    response["Content-Disposition"] = f'attachment; filename="{view.digest}.bin"'
    response["Content-Length"] = str(view.size)
    return response


@router.post("/items/{reference}/verify", summary="Read the content back and compare its SHA-256")
def verify(request: HttpRequest, reference: str) -> Any:
    deed, subject = act(request), named(reference, Kind.ITEM)
    actions.verify_item(deed, subject, keys=settings.COMITY.keys(), vault=settings.COMITY.vault())
    return plain(item_view(deed.actor, subject, deed.at.date()))


@router.get("/dossiers/{reference}/releases", summary="What was or is to be released of this dossier")
def releases(request: HttpRequest, reference: str) -> Any:
    deed, subject = act(request), named(reference, Kind.DOSSIER)
    readable_dossier(deed.actor, subject, Permission.RELEASE_READ)
    found = releases_of(deed.actor, subject)
    enter_read(deed, subject, authority=deed.actor.authority, event="evidence:release:read")
    return [_release(row) for row in found]


@router.post("/dossiers/{reference}/releases", summary="Propose items for a court or a defence")
def propose(request: HttpRequest, reference: str, body: Proposal) -> Any:
    return _release(
        actions.propose_release(
            act(request),
            dossier=named(reference, Kind.DOSSIER),
            items=[named(item, Kind.ITEM) for item in body.items],
            audience=body.audience,
            ground=body.ground,
            permission=body.permission,
        )
    )


@router.post("/releases/{reference}/approve", summary="Approve exactly what was proposed, by another person")
def approve(request: HttpRequest, reference: str, body: Decision) -> Any:
    row = actions.approve_release(
        act(request), named(reference, Kind.RELEASE), digest=body.digest, keys=settings.COMITY.keys()
    )
    return _release(row)


@router.post("/releases/{reference}/refuse", summary="Refuse what was proposed, with the reason")
def refuse(request: HttpRequest, reference: str, body: Decision) -> Any:
    row = actions.refuse_release(act(request), named(reference, Kind.RELEASE), digest=body.digest, reason=body.reason)
    return _release(row)


@router.post("/releases/{reference}/bundle", summary="The bundle of an approved release, as a ZIP")
def bundle(request: HttpRequest, reference: str, case: bool = False) -> FileResponse:
    """With `case=true` items and custody stand in it in CASE/UCO too (`data/case.jsonld`)."""
    subject = named(reference, Kind.RELEASE)
    spool = spool_of(settings.COMITY.folder)
    with tempfile.TemporaryDirectory(prefix="bundle-", dir=spool) as place:
        folder = actions.export_bundle(
            act(request),
            subject,
            Path(place) / "bundle",
            keys=settings.COMITY.keys(),
            vault=settings.COMITY.vault(),
            with_case=case,
        )
        archive = tempfile.TemporaryFile(dir=spool)  # noqa: SIM115 - the response closes it once sent
        pack_folder(folder, archive, root="bundle")
    archive.seek(0)
    return FileResponse(archive, as_attachment=True, filename=f"bundle-{subject.id}.zip")


def _release(row: Any) -> dict[str, Any]:
    return {
        "reference": row.reference,
        "dossier": row.dossier,
        "state": row.state,
        "audience": row.audience,
        "ground": row.ground,
        "digest": row.digest,
        "items": row.selection,
    }
