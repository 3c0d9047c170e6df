"""A request brought to each stage of the long story by those whose turn it is."""

import io

from comity.evidence.actions import take_in
from comity.requests.queries.access import state_of
from comity.values.actor import Role
from comity.values.reference import Reference
from tests.requests.gates import cleared, sign_gate
from tests.requests.matters import both, to_colombia
from tests.requests.remembering import remembered
from tests.requests.world import World


def people(world: World) -> World:
    world.officer("prosecutor", "CH-OAG", Role.DRAFTER, Role.SIGNATORY, Role.CUSTODIAN)
    world.officer("clerk", "CH-FOJ", Role.REGISTRAR)
    world.officer("head", "CH-FOJ", Role.TRANSMITTER, Role.SIGNATORY, Role.CUSTODIAN)
    world.officer("registrar", "CO-FGN", Role.REGISTRAR)
    world.officer("chief", "CO-FGN", Role.SIGNATORY, Role.TRANSMITTER)
    world.officer("fiscal", "CO-F14", Role.EXECUTING_OFFICER, Role.CUSTODIAN)
    world.officer("stranger", "ES-J3")
    return world


@remembered
def drafted(world: World) -> Reference:
    dossier = world.open("prosecutor", requested="CO-FGN", title="Trafic (exercice)", number="SV.26.1")
    world.do("prosecutor", "save_draft", dossier, content=to_colombia())
    return dossier


@remembered
def signed(world: World) -> Reference:
    dossier = drafted(world)
    world.do("prosecutor", "prepare_release", dossier)
    sign_gate(world, dossier, "prosecutor")
    world.do("prosecutor", "sign_request", dossier, digest=world.release("prosecutor", dossier)["digest"])
    return dossier


@remembered
def transmitted(world: World) -> Reference:
    dossier = signed(world)
    world.do("clerk", "check_form", dossier, number="B-26-77", cover_note=both("Transmis.", "Transmitido."))
    world.do("head", "transmit_request", dossier, digest=world.release("head", dossier)["digest"])
    world.post()
    return dossier


@remembered
def registered(world: World) -> Reference:
    """Registered, and its law brought in order: the gate and the matrix are signed."""
    dossier = transmitted(world)
    world.do("registrar", "register_request", dossier, number="CO-2026-9", contact="Mesa de entrada")
    cleared(world, dossier)
    world.post()
    return dossier


@remembered
def in_execution(world: World) -> Reference:
    dossier = registered(world)
    world.do("chief", "accept_request", dossier, parts=["a", "b", "c"])
    world.do("chief", "pass_on", dossier, executing="CO-F14", parts=["a", "b", "c"])
    world.post()
    return dossier


def countersigned(world: World) -> Reference:
    """The story's dossier with one item returned and countersigned."""
    dossier = in_execution(world)
    order = {"court": "Juzgado (ejercicio)", "number": "17", "on": "2026-11-02", "text": {"es": "Se levanta."}}
    world.do("fiscal", "record_authorisation", dossier, parts=["a", "b"], order=order)
    seizure = {"on": "2026-11-02", "place": "Cali", "by": "Fiscalía 14"}
    record = {**seizure, "persons_present": ["Marta Muestra"]}
    world.do("fiscal", "record_execution", dossier, parts=["a"], record=record)
    item = take_in(
        world.act("fiscal"),
        dossier=dossier,
        authority="CO-FGN",
        keys=world.keys,
        vault=world.vault,
        seizure=seizure,
        file=io.BytesIO(b"1" * 2_000_000),
        name="extractos.csv",
        title="Extractos",
        parts=["a"],
    )
    world.do("chief", "check_results", dossier, items=[item.reference])
    letter = {"es": "Se remiten."}
    world.do("chief", "return_evidence", dossier, parts=["a"], items=[item.reference], cover_letter=letter)
    world.post()
    world.do("head", "countersign_evidence", dossier, items=[item.reference])
    return dossier


def executed_here(world: World, dossier: Reference, officer: str) -> tuple[str, list[str]]:
    """A request that came on paper brought to where its one result is taken in and checked: the item, and all parts."""
    receiver = "head"
    world.do("clerk", "register_request", dossier, number="B-26-99", contact="Registre")
    sign_gate(world, dossier, receiver)
    parts = list(state_of(world.row(receiver, dossier)).parts)
    world.do(receiver, "accept_request", dossier, parts=parts)
    world.do(receiver, "pass_on", dossier, executing="CH-FOJ", parts=parts)
    record = {"on": world.at.date().isoformat(), "place": "Bern", "by": "Officer"}
    world.do(officer, "record_execution", dossier, parts=parts, record=record)
    item = take_in(
        world.act(officer),
        dossier=dossier,
        authority="CH-FOJ",
        seizure=record,
        file=io.BytesIO(b"date,amount\n2026-01-02,1400.00\n"),
        name="releves.csv",
        title="Relevés",
        keys=world.keys,
        vault=world.vault,
    )
    world.do(receiver, "check_results", dossier, items=[item.reference])
    return item.reference, parts


def agree(world: World, dossier: Reference) -> None:
    """Both sides hold the same state, and each row's cache is the fold."""
    ours, theirs = world.row("clerk", dossier), world.row("registrar", dossier)
    assert state_of(ours).to_json() == state_of(theirs).to_json() == ours.state == theirs.state
