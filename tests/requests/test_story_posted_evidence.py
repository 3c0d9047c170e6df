"""Evidence by post, with a partner without a node: both ways, its custody ours and not signed by them."""

import io
import json
from datetime import timedelta

import pytest

from comity.evidence.actions import Exhibit, approve_release, export_bundle, propose_release
from comity.evidence.custody import EventType
from comity.evidence.item_state import ItemKind
from comity.evidence.models import Item
from comity.evidence.queries import chain_of, item_view
from comity.exchange.models import StoredMessage
from comity.requests.actions import take_in_from_post
from comity.requests.messages import MessageType
from comity.requests.models import Document, PostEntry
from comity.requests.phases import Phase
from comity.requests.queries.access import state_of
from comity.store.models import SealedBlob
from comity.store.queries import content_bytes
from comity.values.actor import Role
from comity.values.errors import BrokenError, ComityError, InvalidInputError, MissingError, RefusedError
from tests.evidence.both import verify_bundle
from tests.requests.letters import body_of
from tests.requests.stages import executed_here
from tests.requests.test_story_post import posted, received
from tests.requests.world import World

RECORDS = b"date,amount\n2026-01-02,1400.00\n"
CARRIER = "USB stick 0451, sealed envelope, registered letter PY 12"
SCAN = b"%PDF-1.4 cover letter"


@pytest.fixture
def cast(world: World) -> World:
    world.officer("prosecutor", "CH-OAG", Role.DRAFTER, Role.SIGNATORY, Role.CUSTODIAN)
    world.officer("deputy", "CH-OAG", Role.SIGNATORY)
    world.officer("clerk", "CH-FOJ", Role.REGISTRAR)
    world.officer("head", "CH-FOJ", Role.TRANSMITTER, Role.SIGNATORY)
    world.officer("custodian", "CH-FOJ", Role.CUSTODIAN, Role.EXECUTING_OFFICER)
    return world


def arrived(cast: World, dossier, who: str = "head", **changes) -> str:
    """What came on the carrier, taken in as it came; its reference."""
    given = {
        "exhibit": Exhibit(ItemKind.DIGITAL, "Extractos", io.BytesIO(RECORDS), "../../extractos.csv"),
        "on": cast.at.date(),
        "carrier": CARRIER,
        "media_type": "text/csv",
    } | changes
    act = cast.act(who)
    item = take_in_from_post(act, dossier=dossier, keys=cast.keys, vault=cast.vault, **given)
    return item.reference


def returned(cast: World, dossier, items, who: str = "head", **changes):
    given = {
        "parts": list(state_of(cast.row(who, dossier)).parts),
        "items": items,
        "cover_letter": {"es": "Se remiten los extractos."},
        "letter_on": "2026-11-01",
        "scan": SCAN,
        "name": "oficio.pdf",
        "number": "MP 77",
    } | changes
    return cast.do(who, "record_return", dossier, **given)


def code_of(refused, wanted=ComityError) -> str:
    with pytest.raises(wanted) as caught:
        refused()
    return caught.value.code


def types(reference: str) -> list[str]:
    return [signed.event.type.value for signed in chain_of(Item.objects.get(reference=reference))]


def test_what_came_by_post_is_taken_in_bound_to_its_letter_and_recorded_as_ours(cast: World) -> None:
    dossier = posted(cast)
    cast.later(days=30)
    file = arrived(cast, dossier)
    thing = arrived(cast, dossier, exhibit=Exhibit(ItemKind.PHYSICAL, "Libreta"), media_type="", place="Safe 3")
    assert types(file) == ["taken-in", "sealed"]
    cast.later(hours=1)
    row = returned(cast, dossier, [file, thing])
    assert row.phase == Phase.RETURNED
    entry = state_of(row).timeline[-1]
    assert (entry.type, entry.recorded) == ("evidence.returned", True)
    assert types(file) == ["taken-in", "sealed", "checked", "verified"]
    assert types(thing) == ["taken-in", "checked", "verified"]
    chain = chain_of(Item.objects.get(reference=file))
    assert {signed.event.authority for signed in chain} == {"CH-FOJ"}
    taken, checked = chain[0].event.facts, chain[2].event.facts
    assert taken["arrival"] == {"on": "2026-12-02", "from": "PY-MP", "carrier": CARRIER}
    assert (taken["note"], checked["note"]) == ("not-signed-by-them", "not-signed-by-them")
    view = item_view(cast.actor("head"), file, cast.at.date())
    assert not view.own
    assert "UNTOC Art. 18(19)" in {one["provision"] for one in view.conditions}
    letter = PostEntry.objects.get(direction="in")
    assert (letter.what, letter.number) == ("evidence.returned", "MP 77")
    assert checked["letter"] == letter.scan
    assert content_bytes(letter.scan, keys=cast.keys, vault=cast.vault) == SCAN
    row = cast.do("head", "close_dossier", dossier, reason={"es": "Hecho."})
    assert row.phase == Phase.CLOSED


def test_a_thing_or_file_is_bound_once_and_only_if_it_came_by_post(cast: World) -> None:
    dossier = posted(cast)
    file = arrived(cast, dossier)
    returned(cast, dossier, [file])
    assert code_of(lambda: returned(cast, dossier, [file])) == "evidence:state"
    assert types(file)[-1] == "verified"
    assert PostEntry.objects.filter(direction="in").count() == 1


def test_content_that_changed_in_the_vault_is_not_bound_to_a_letter(cast: World) -> None:
    dossier = posted(cast)
    file = arrived(cast, dossier)
    name = SealedBlob.objects.get(digest=item_view(cast.actor("head"), file, cast.at.date()).digest).name
    (place,) = (path for path in (cast.folder / "vault").rglob("*") if path.is_file() and path.name.startswith(name))
    damaged = bytearray(place.read_bytes())
    damaged[-1] ^= 1
    place.chmod(0o600)
    place.write_bytes(damaged)
    with pytest.raises(BrokenError):
        returned(cast, dossier, [file])
    assert types(file) == ["taken-in", "sealed"]
    assert not PostEntry.objects.filter(direction="in").exists()


def test_what_came_by_post_goes_to_a_court_and_the_bundle_says_whose_word_it_is(cast: World, tmp_path) -> None:
    dossier = posted(cast)
    file = arrived(cast, dossier)
    other = arrived(cast, dossier, exhibit=Exhibit(ItemKind.DIGITAL, "Otro", io.BytesIO(b"other"), "otro.csv"))
    assert code_of(lambda: released(cast, dossier, [file], tmp_path)) == "release:state"
    returned(cast, dossier, [file])
    returned(cast, dossier, [other], scan=b"%PDF other letter", name="otro.pdf")
    bundle = released(cast, dossier, [file], tmp_path)
    report = verify_bundle(bundle)
    assert report.holds
    told = [line for line in report.lines if "came by post" in line.text]
    assert [line.state for line in told] == ["absent"]
    assert "not signed by PY-MP" in told[0].text
    letters = json.loads((bundle / "comity.json").read_bytes())["letters"]
    assert [(bundle / one["path"]).read_bytes() for one in letters] == [SCAN]


def released(cast: World, dossier, items, folder):
    row = propose_release(
        cast.act("prosecutor"),
        dossier=dossier,
        items=items,
        audience="court",
        ground="Art. 194 CPP (exercise)",
        permission="letter MP 77",
    )
    row = approve_release(cast.act("deputy"), row.reference, digest=row.digest, keys=cast.keys)
    return export_bundle(cast.act("prosecutor"), row.reference, folder / "bundle", keys=cast.keys, vault=cast.vault)


def test_nothing_is_taken_in_by_post_from_a_partner_that_signs_for_itself_or_before_the_pack_left(cast: World) -> None:
    dossier = cast.open("prosecutor", requested="PY-MP", title="Cuenta", number="SV.26.9")
    assert code_of(lambda: arrived(cast, dossier)) == "workflow:closed"
    theirs = cast.open("prosecutor", requested="CO-FGN", title="Cuenta", number="SV.26.8")
    assert code_of(lambda: arrived(cast, theirs)) == "requests:has-node"
    assert code_of(lambda: arrived(cast, theirs, who="clerk"), RefusedError) == "policy:missing-role"
    dossier = posted(cast)
    assert code_of(lambda: arrived(cast, dossier, who="clerk"), RefusedError) == "policy:missing-role"
    cast.officer("stranger", "ES-J3")
    with pytest.raises(MissingError):
        arrived(cast, dossier, who="stranger")
    tomorrow = cast.at.date() + timedelta(days=1)
    for wrong, place in (({"carrier": " "}, "arrival.carrier"), ({"on": tomorrow}, "on")):
        with pytest.raises(InvalidInputError) as caught:
            arrived(cast, dossier, **wrong)
        assert caught.value.place == place
    assert not Item.objects.exists()


@pytest.fixture
def executed(cast: World):
    """A request of Paraguay that came on paper, executed here, its one result taken in and checked."""
    dossier = received(cast)
    return dossier, *executed_here(cast, dossier, "custodian")


def test_results_go_by_post_under_their_letter_and_the_receipt_on_paper_is_recorded(cast: World, executed) -> None:
    dossier, item, every = executed
    words = {"es": "Se remiten los extractos."}
    given = {"parts": every, "items": [item], "cover_letter": words}
    assert code_of(lambda: cast.do("head", "return_evidence", dossier, **given)) == "requests:carrier"
    row = cast.do("head", "return_evidence", dossier, **given, carrier=CARRIER)
    assert row.phase == Phase.RETURNED
    cast.post()
    assert not cast.line.seen
    letter = Document.objects.get(kind="cover-letter")
    assert content_bytes(letter.digest, keys=cast.keys, vault=cast.vault).startswith(b"%PDF")
    transfer = chain_of(Item.objects.get(reference=item))[-1].event
    assert transfer.type is EventType.TRANSFERRED
    assert (transfer.facts["carrier"], transfer.facts["letter"]) == (CARRIER, letter.digest)
    assert set(transfer.facts["signers"]) == {"CH-FOJ"}
    cast.do("clerk", "note_posting", dossier, on=cast.at.date(), number="RR 9 CH")
    cast.later(days=12)
    receipt = {"items": [item], "letter_on": "2026-11-10", "scan": b"%PDF receipt", "name": "acuse.pdf"}
    row = cast.do("head", "record_receipt", dossier, **receipt)
    entry = state_of(row).timeline[-1]
    assert (entry.type, entry.recorded) == ("evidence.countersigned", True)
    came = chain_of(Item.objects.get(reference=item))[-1].event
    assert (came.type, came.authority) == (EventType.RECEIVED, "CH-FOJ")
    assert (came.facts["by"], came.facts["note"]) == ("PY-MP", "not-signed-by-them")
    assert came.facts["source"] == PostEntry.objects.get(what="evidence.countersigned").scan
    assert code_of(lambda: cast.do("head", "record_receipt", dossier, **receipt)) == "workflow:closed"
    assert StoredMessage.objects.filter(dossier=str(dossier), type="request.recorded").count() == 2


def test_a_requesting_partner_s_letters_are_recorded_and_no_others(cast: World, executed) -> None:
    dossier, _item, every = executed
    cast.do("head", "ask_question", dossier, text={"es": "¿Qué sucursal?"})
    (asked,) = state_of(cast.row("head", dossier)).open_questions()
    scan = {"letter_on": "2026-11-01", "scan": b"%PDF answer", "name": "respuesta.pdf"}
    answer = {"question_id": asked.id, "text": {"es": "La del centro."}}
    row = cast.do("clerk", "record_letter", dossier, what="request.answered", body=answer, **scan)
    assert not state_of(row).open_questions()
    declined = body_of(MessageType.DECLINED, parts=tuple(every))
    wrong = {"what": "request.declined", "body": declined, **scan}
    assert code_of(lambda: cast.do("clerk", "record_letter", dossier, **wrong)) == "requests:letter-side"
    withdrawn = {"what": "request.withdrawn", "body": {"reason": {"es": "Archivado."}}, **scan}
    row = cast.do("clerk", "record_letter", dossier, **withdrawn)
    assert row.phase == Phase.WITHDRAWN
