"""The courier over the API: what stands between us and each partner, a bundle packed, a bundle taken in."""

from datetime import UTC, datetime
from typing import Any, BinaryIO, cast

from django.conf import settings
from django.http import HttpRequest, StreamingHttpResponse
from ninja import Router, Schema
from ninja.files import UploadedFile

from comity.api.plain import plain
from comity.api.sessions import act
from comity.exchange.actions import Asked
from comity.exchange.courier import file_name
from comity.exchange.queries import bundles, couriers
from comity.safeguards.permissions import Permission
from comity.safeguards.policy import authorise_house
from comity.values.reference import Kind, Reference
from comity.wiring.courier import pack_bundle, take_bundle

router = Router(tags=["house"])


class PackIn(Schema):
    """For whom; with `offered_since` all content offered to it from that moment on goes along."""

    partner: str
    offered_since: datetime | None = None


@router.get("/courier", summary="What a next bundle would carry to each partner, and what was packed and taken in")
def courier(request: HttpRequest) -> Any:
    deed = act(request)
    own = deed.actor.authority
    authorise_house(deed.actor, Permission.EXCHANGE_READ, Reference(own, Kind.SESSION, deed.new_id()))
    return {"partners": plain(couriers(own)), "bundles": plain(bundles(own))}


@router.post("/courier/pack", summary="What waits for a partner, in one sealed file to carry by hand")
def pack(request: HttpRequest, body: PackIn) -> StreamingHttpResponse:
    deed, node, since = act(request), settings.COMITY, body.offered_since
    asked = Asked(
        offered_since=since.astimezone(UTC) if since and since.tzinfo else since and since.replace(tzinfo=UTC)
    )
    own = deed.actor.authority
    packed = pack_bundle(deed, body.partner, holder=own, keys=node.keys(), vault=node.vault(), asked=asked)
    response = StreamingHttpResponse(packed.chunks(), content_type="application/octet-stream")
    response["Content-Disposition"] = f'attachment; filename="{file_name(packed.manifest.id)}"'
    response["Content-Length"] = str(packed.size)
    return response


@router.post("/courier/take", summary="Take a bundle in; each part says what came of it")
def take(request: HttpRequest, file: UploadedFile) -> Any:
    deed, node = act(request), settings.COMITY
    found = take_bundle(
        deed,
        cast("BinaryIO", file.file),
        holder=deed.actor.authority,
        keys=node.keys(),
        vault=node.vault(),
        clock=lambda: datetime.now(UTC),
    )
    parts = [
        {"kind": part.kind.value, "outcome": result.outcome.value, "subject": result.subject, "reason": result.reason}
        for part, result in zip(found.manifest.parts, found.results, strict=True)
    ]
    return {
        "partner": found.manifest.sender,
        "number": found.manifest.number,
        "repeated": found.repeated,
        "whole": found.whole,
        "parts": parts,
    }
