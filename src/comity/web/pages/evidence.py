"""Evidence: the items an officer may see, each with its custody line, its conditions and its bytes."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.shortcuts import render
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from comity.authorities.queries import name_of
from comity.evidence import queries as evidence_queries
from comity.evidence.actions import verify_item
from comity.evidence.actions.intake import NOT_SIGNED
from comity.evidence.custody import SignedEvent
from comity.evidence.queries import (
    ItemView,
    RecallView,
    SignerKey,
    chain_of,
    item_content,
    item_of,
    recalls_of,
    signer_keys,
)
from comity.requests.queries import dossier_for
from comity.requests.workflow import STEPS
from comity.safeguards.permissions import Permission
from comity.values.actor import Actor
from comity.values.errors import ComityError, MissingError
from comity.values.handling import Handling
from comity.values.reference import Kind, Reference
from comity.web.acting.fields import LABELS
from comity.web.entrance import act_of, actor_asking, enter_opening, now, page
from comity.web.lines import ItemLine, OnItsWay, RecallMark
from comity.web.marks import ClockMark, Ribbon, SealMark, SealState, Stop, terms_of
from comity.web.pages.dossier_address import dossier_href, item_href, read
from comity.web.proofs import seal_of_event
from comity.web.timeline import said
from comity.web.vocabulary import word

BY_THE_NODE = re.compile(r"the node of (\S+) \([^()]*\)")
"""The hand of a node's own job, as `evidence.actions.record` writes it into a signed event."""


def hand_words(hand: str, authority: str) -> str:
    """Whose hand it was, in the reader's language where the node's own job wrote it; an officer by her name."""
    found = BY_THE_NODE.fullmatch(hand)
    if found is None:
        return hand or authority
    return gettext("the node of %(authority)s") % {"authority": name_of(found[1], get_language() or "en")}


def where_of(place: str, facts: Mapping[str, Any]) -> str:
    """Where a stop was: the place told, or on what the item travelled by post."""
    arrival = facts.get("arrival")
    on = arrival.get("carrier") if isinstance(arrival, Mapping) else facts.get("carrier")
    return place or str(on or "")


def seal_of_stop(signed: SignedEvent, keys: Mapping[tuple[str, str], SignerKey]) -> SealMark:
    """The mark of a stop; one that tells of a partner by our record alone says so, if its signature holds."""
    mark = seal_of_event(signed, keys)
    by_post = signed.event.facts.get("note") == NOT_SIGNED
    return SealMark(SealState.OURS) if by_post and mark.state is SealState.VERIFIED else mark


def stops_of(events: list[dict[str, Any]]) -> tuple[Stop, ...]:
    """The custody line without proofs, for a list; the item's own page verifies each event."""
    return tuple(
        Stop(
            word("custody", event["type"]),
            None,
            hand_words(event["hand"], event["authority"]),
            where_of(event["place"], event["facts"]),
        )
        for event in events
    )


def way_of(item: ItemView) -> OnItsWay | None:
    """How far the item has come while its content is not here whole; None where there is nothing to wait for."""
    transfer = item.transfer
    if transfer is None or transfer.state == "done":
        return None
    waits = transfer.state == "waiting"
    return OnItsWay(
        name_of(transfer.partner, get_language() or "en"),
        transfer.held,
        transfer.size,
        transfer.since,
        transfer.last_reason,
        transfer.failing_since if waits else None,
        transfer.next_attempt if waits and transfer.failing_since else None,
        broken=not waits,
    )


def line_of(item: ItemView, *, number: str, dossier: str) -> ItemLine:
    return ItemLine(
        href=item_href(item.reference),
        title=item.title,
        kind=item.kind,
        digest=item.digest,
        number=number,
        dossier_href=dossier_href(dossier),
        size=item.size,
        stops=stops_of(item.custody),
        conditions=terms_of(item.conditions),
        state=item.state,
        way=way_of(item),
        recalled=item.recalled,
        ended=item.until is not None and item.until < now().date(),
    )


def recall_line(recall: RecallView) -> RecallMark:
    """A recall as a page shows it, the day of its answer as a clock on both sides."""
    today = now().date()
    state = recall.state
    if state == "standing":
        state = "breach" if recall.breached(today) else "answered" if recall.answered else "waiting"
    due = datetime.combine(recall.answer_by, time(23, 59, 59), UTC)
    return RecallMark(
        recall.kind,
        state,
        recall.own,
        said(recall.reason)[0],
        recall.provision,
        recall.demand,
        (*((recall.handling,) if recall.handling else ()), *(str(one["text"]) for one in recall.conditions)),
        recall.digest,
        recall.since,
        None if state in {"answered", "refused"} else ClockMark(due, recall.provision, started=recall.since, now=now()),
        tuple(
            {
                "href": item_href(line.item),
                "title": line.title or line.item,
                "outcome": line.outcome,
                "words": [said(words)[0] for words in line.told.values()],
                "at": line.answered_at,
                "onward": line.onward,
            }
            for line in recall.items
        ),
    )


def closures_of(item: ItemView) -> list[dict[str, Any]]:
    """What may not be done with the item today, and why: its gravest reason for each use."""
    return [{"use": use, **reasons[0]} for use, reasons in item.closed.items()]


def formalities_of(item: ItemView) -> list[str]:
    """Each formality with how it was met; one that was told as a whole stands alone."""
    return [str(met) if asked == "met" else f"{asked}: {met}" for asked, met in item.formalities.items()]


def arrival_of(item: ItemView) -> list[tuple[Any, str]]:
    """How an item came by post from a partner without a node; nothing for any other."""
    told = item.records.get("arrival") or {}
    if not told:
        return []
    sender = name_of(str(told.get("from", "")), get_language() or "en")
    return [
        (_("Arrived on"), date_format(date.fromisoformat(str(told["on"])), "j M Y")),
        (_("From"), sender),
        (_("On what it came"), str(told.get("carrier", ""))),
    ]


def number_of(actor: Actor, dossier: str) -> str:
    """The dossier's number as our side knows it; the bare word where the dossier is not hers to read."""
    try:
        row = dossier_for(actor, Reference.parse(dossier))
    except MissingError:
        return gettext("Dossier")
    return row.number or row.file_number or row.their_number or gettext("Dossier")


def steps_of(item: ItemView) -> tuple[str, ...]:
    """The steps of a recall that begin at this item, on its provider's side and on ours."""
    if item.own:
        return ("propose_recall", "propose_narrowing") if item.state in {"offered", "countersigned"} else ()
    return ("answer_recall",) if item.recalled and item.state not in {"deleted", "handed-back"} else ()


@page(Permission.ITEM_READ)
def item(request: HttpRequest, reference: str) -> HttpResponse:
    """One item: its custody line with every signature verified anew, what it is and what binds it."""
    actor = actor_asking(request)
    address = read(reference, Kind.ITEM)
    view = evidence_queries.item_view(actor, address, now().date())
    row = item_of(actor, address)
    enter_opening(request, address, "evidence:item:read")
    keys = signer_keys(row)
    stops = [
        Stop(
            word("custody", signed.event.type.value),
            signed.event.at,
            hand_words(signed.event.hand, signed.event.authority),
            where_of(signed.event.place, signed.event.facts),
            str(signed.event.facts.get("digest") or ""),
            seal_of_stop(signed, keys),
        )
        for signed in chain_of(row)
    ]
    if view.state == "awaited":
        stops.append(Stop(word("custody", "received"), state="next"))
    here = view.digest and view.state not in {"awaited", "deleted", "handed-back"}
    context = {
        "item": line_of(view, number=number_of(actor, row.dossier), dossier=row.dossier),
        "way": way_of(view),
        "way_href": f"{item_href(address)}/way",
        "stops": stops,
        "stored_name": view.name,
        "ribbon": Ribbon(Handling(view.handling), terms_of(view.conditions)),
        "facts": [
            (label, value)
            for label, value in (
                (_("Media type"), view.media_type),
                (_("Answers the measures"), ", ".join(view.parts)),
                (_("Formalities asked for, and how they were met"), "; ".join(formalities_of(view))),
            )
            if value
        ],
        "conditions": view.conditions,
        "record": [
            (LABELS.get(key, key), value)
            for key, value in (view.records.get("seizure") or {}).items()
            if isinstance(value, str)
        ],
        "arrival": arrival_of(view),
        "ours": SealMark(SealState.OURS),
        "download_href": f"{item_href(address)}/content" if here and "view" not in view.closed else "",
        "check_href": f"{item_href(address)}/verify" if here and not view.recalled else "",
        "closed": closures_of(view),
        "recalls": [recall_line(one) for one in recalls_of(actor, row.dossier, view.reference)],
        "steps": [
            (word("verb", verb), f"{dossier_href(row.dossier)}/do/{verb}")
            for verb in steps_of(view)
            if request.house.may(STEPS[verb].permission)  # type: ignore[attr-defined]
        ],
    }
    return render(request, "item.html", context)


@page(Permission.ITEM_READ)
def way(request: HttpRequest, reference: str) -> HttpResponse:
    """How far an item on its way has come: a part of its page, asked for again and again while that page is open.

    It tells nothing of the item but its progress, so it is no opening of its own; once the item is here the whole
    page is opened anew.
    """
    address = read(reference, Kind.ITEM)
    found = way_of(evidence_queries.item_view(actor_asking(request), address, now().date()))
    if found is None:
        return HttpResponse(status=200, headers={"HX-Refresh": "true"})
    return render(request, "way.html", {"way": found, "way_href": f"{item_href(address)}/way"})


@page(Permission.ITEM_READ)
def content(request: HttpRequest, reference: str) -> StreamingHttpResponse:
    """The item's bytes as a download: inert, under a plain name, never opened by the browser."""
    view, chunks = item_content(
        act_of(request), read(reference, Kind.ITEM), keys=settings.COMITY.keys(), vault=settings.COMITY.vault()
    )
    response = StreamingHttpResponse(chunks, content_type="application/octet-stream")
    response["Content-Disposition"] = f'attachment; filename="{view.digest}.bin"'
    if view.size is not None:
        response["Content-Length"] = str(view.size)
    return response


@page(Permission.ITEM_READ, methods="POST")
def verify(request: HttpRequest, reference: str) -> HttpResponse:
    """Read the content back, compare its SHA-256, and add that to the custody line."""
    address = read(reference, Kind.ITEM)
    try:
        verify_item(act_of(request), address, keys=settings.COMITY.keys(), vault=settings.COMITY.vault())
    except ComityError as problem:
        messages.error(request, gettext(problem.message), extra_tags="wrong")
    else:
        messages.success(
            request, gettext("The content has the SHA-256 recorded; the check stands on the custody line.")
        )
    return HttpResponseRedirect(item_href(address))
