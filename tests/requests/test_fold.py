"""The fold: any order of delivery, the same state; crossing acts decided by one table; nothing decided by a hash."""

import random
from dataclasses import replace
from itertools import permutations
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.exchange.message import Message
from comity.requests import fold as folding
from comity.requests.exclusions import EXCLUSIONS
from comity.requests.fold import checked, deed_of, fold, fold_deeds, read
from comity.requests.messages import KINDS, MessageType
from comity.requests.phases import Effect, PartState, Phase, Side
from comity.requests.state import DossierState
from comity.requests.workflow import BY_MESSAGE
from comity.values.errors import InvalidInputError
from tests.requests.letters import DIGEST, PARTIES, PARTS, Letter, body_of, letter, resalted

M = MessageType
Q, R = Side.REQUESTING, Side.REQUESTED


def opened() -> list[Letter]:
    request = letter(M.TRANSMITTED, Q)
    return [request, letter(M.ACKNOWLEDGED, R, request)]


def the_story() -> list[Letter]:
    """The long story in one line: question, answer, acceptance, decline, execution, return, countersignature, end."""
    letters = opened()

    def say(kind: MessageType, side: Side, parts: tuple[str, ...] = ("a",)) -> None:
        letters.append(letter(kind, side, letters[-1], parts=parts))

    say(M.QUESTIONED, R)
    say(M.ANSWERED, Q)
    say(M.ACCEPTED, R, ("a", "c"))
    say(M.PASSED_ON, R, ("a", "c"))
    say(M.AUTHORISED, R)
    say(M.CONSULTED, R, ("b",))
    say(M.CONSULTATION_ANSWERED, Q)
    say(M.DECLINED, R, ("b",))
    say(M.EXECUTED, R, ("a", "c"))
    say(M.TRANSFER_SUSPENDED, R, ("a",))
    say(M.TRANSFER_RESUMED, R, ("a",))
    say(M.EVIDENCE_RETURNED, R, ("a", "c"))
    say(M.EVIDENCE_COUNTERSIGNED, Q, ("a", "c"))
    say(M.FEEDBACK, Q)
    say(M.CLOSED, Q)
    return letters


def test_the_story_passes_through_its_phases() -> None:
    letters = the_story()
    phases = [fold(letters[: count + 1]).phase for count in range(len(letters))]
    assert phases == [
        Phase.TRANSMITTED,
        Phase.REGISTERED,
        Phase.UNDER_EXAMINATION,
        Phase.UNDER_EXAMINATION,
        *[Phase.IN_EXECUTION] * 9,
        Phase.RETURNED,
        Phase.COUNTERSIGNED,
        Phase.COUNTERSIGNED,
        Phase.CLOSED,
    ]
    state = fold(letters)
    assert state.part_states() == {"a": PartState.RETURNED, "b": PartState.DECLINED, "c": PartState.RETURNED}
    assert {entry.effect for entry in state.timeline} == {Effect.IN_EFFECT}


@given(st.randoms(use_true_random=False), st.integers(0, 17))
def test_any_order_of_delivery_with_duplicates_gives_the_same_state(chance: random.Random, lost: int) -> None:
    letters = the_story()
    kept = [one for place, one in enumerate(letters) if place != lost]
    shuffled = kept + chance.sample(kept, 4)
    chance.shuffle(shuffled)
    assert fold(shuffled).to_json() == fold(kept).to_json()


def test_a_state_is_read_back_from_its_cache_as_it_was() -> None:
    letters = the_story()
    for count in range(len(letters) + 1):
        kept = letters[:count] + letters[count + 1 :]
        state = fold(kept)
        assert DossierState.from_json(state.to_json()) == state


def test_a_message_whose_predecessor_is_missing_waits_and_so_does_all_that_follows() -> None:
    letters = the_story()
    state = fold(letters[:3] + letters[4:])
    assert state.phase is Phase.UNDER_EXAMINATION
    assert state.waiting[letters[4].digest] == [letters[3].digest]
    assert len(state.waiting) == len(letters) - 4
    assert state.heads == [letters[2].digest]


def test_nothing_stands_before_the_request_itself() -> None:
    early = letter(M.ACCEPTED, R)
    state = fold([early])
    assert state.phase is None
    assert state.timeline[0].reason == "the dossier was not there"


def test_withdrawal_stands_against_an_acceptance_that_crossed_it_and_all_that_was_built_on_that() -> None:
    letters = opened()
    accepted = letter(M.ACCEPTED, R, letters[-1])
    authorised = letter(M.AUTHORISED, R, accepted)
    executed = letter(M.EXECUTED, R, authorised)
    withdrawn = letter(M.WITHDRAWN, Q, letters[-1])
    state = fold([*letters, accepted, authorised, executed, withdrawn])
    assert state.phase is Phase.WITHDRAWN
    assert set(state.part_states().values()) == {PartState.WITHDRAWN}
    reasons = {entry.type: entry.reason for entry in state.timeline}
    assert reasons["request.executed"] == "the request was withdrawn at the same time"


def test_a_withdrawal_that_crossed_the_return_of_results_has_no_effect() -> None:
    letters = opened()
    accepted = letter(M.ACCEPTED, R, letters[-1], parts=PARTS)
    executed = letter(M.EXECUTED, R, accepted, parts=PARTS)
    returned = letter(M.EVIDENCE_RETURNED, R, executed, parts=PARTS)
    withdrawn = letter(M.WITHDRAWN, Q, letters[-1])
    state = fold([*letters, accepted, executed, returned, withdrawn])
    assert state.phase is Phase.RETURNED
    assert not state.withdrawn


def test_a_return_that_has_no_effect_itself_undoes_no_withdrawal() -> None:
    letters = opened()
    bogus = letter(M.EVIDENCE_RETURNED, R, letters[-1])  # nothing was accepted or executed
    state = fold([*letters, bogus, letter(M.WITHDRAWN, Q, letters[-1])])
    assert state.phase is Phase.WITHDRAWN


def test_a_withdrawal_after_the_acceptance_was_known_is_no_crossing() -> None:
    letters = opened()
    accepted = letter(M.ACCEPTED, R, letters[-1])
    state = fold([*letters, accepted, letter(M.WITHDRAWN, Q, accepted)])
    assert [entry.effect for entry in state.timeline] == [Effect.IN_EFFECT] * 4
    assert state.phase is Phase.WITHDRAWN


def test_the_exclusion_table_has_no_circle() -> None:
    rank = {row.stands: place for place, row in enumerate(EXCLUSIONS)}
    for row in EXCLUSIONS:
        assert all(rank.get(loser, len(rank)) > rank[row.stands] for loser in row.yields)


def test_an_amended_request_replaces_what_was_asked_and_keeps_what_was_decided() -> None:
    letters = opened()
    asked = letter(M.AMENDMENT_ASKED, R, letters[-1])
    assert fold([*letters, asked]).phase is Phase.AMENDMENT_REQUESTED
    amended = letter(M.TRANSMITTED, Q, asked)
    body = {**amended.body, "content": {"parts": [{"id": "a", "measure": "bank-records"}]}}
    amended = Letter(amended.type, amended.sender, body, amended.follows, amended.at)
    state = fold([*letters, asked, amended])
    assert state.phase is Phase.REGISTERED
    assert list(state.parts) == ["a"]
    assert state.numbers == {"requesting": "B-1", "requested": "CO-7"}


def test_a_second_request_in_the_same_dossier_has_no_effect() -> None:
    letters = opened()
    state = fold([*letters, letter(M.TRANSMITTED, Q, letters[-1])])
    assert state.timeline[-1].reason == "the dossier was registered"


def test_one_side_cannot_act_for_the_other() -> None:
    letters = opened()
    forged = letter(M.WITHDRAWN, R, letters[-1])
    state = fold([*letters, forged])
    assert state.phase is Phase.REGISTERED
    assert state.timeline[-1].reason == "the requested side may not send this"


def test_a_message_of_unknown_type_is_kept_without_effect_and_holds_nothing_up() -> None:
    letters = opened()
    odd = Letter("request.invented", "CO-FGN", {}, (letters[-1].digest,))
    state = fold([*letters, odd, letter(M.ACCEPTED, R, odd)])
    assert state.phase is Phase.IN_EXECUTION
    assert any("not a message type" in entry.reason for entry in state.timeline)


def _setting(first: MessageType, second: MessageType) -> list[Letter]:
    """A dossier in which many steps are open: a is executed, b accepted, c requested, q2 and k2 wait for answers."""
    letters = opened()
    for kind, side, parts, key in (
        (M.QUESTIONED, R, ("a",), "q2"),
        (M.CONSULTED, R, ("a",), "k2"),
        (M.CONSULTED, Q, ("a",), "k3"),
        (M.ACCEPTED, R, ("a", "b"), ""),
        (M.EXECUTED, R, ("a",), ""),
    ):
        letters.append(letter(kind, side, letters[-1], parts=parts, key=key))
    if M.TRANSMITTED in {first, second}:
        letters = letters[:5]
        letters.append(letter(M.AMENDMENT_ASKED, R, letters[-1]))
    if M.CLOSED in {first, second}:
        letters.append(letter(M.EVIDENCE_RETURNED, R, letters[-1], parts=("a",)))
        letters.append(letter(M.DECLINED, R, letters[-1], parts=("b",)))
        letters.append(letter(M.POSTPONED, R, letters[-1], parts=("c",)))
    return letters


PART_OF = {
    M.EVIDENCE_RETURNED: ("a",),
    M.TRANSFER_SUSPENDED: ("a",),
    M.AUTHORISED: ("b",),
    M.EXECUTED: ("b",),
    M.ACCEPTED: ("c",),
    M.DECLINED: ("c",),
    M.POSTPONED: ("c",),
}
KEY_OF = {M.ANSWERED: "q2", M.CONSULTATION_ANSWERED: "k2"}
SENDABLE = [kind for kind in BY_MESSAGE if kind is not M.RECORDED]
CROSSINGS = [
    (first, second) for first in SENDABLE if Q in KINDS[first].sides for second in SENDABLE if R in KINDS[second].sides
]


@pytest.mark.parametrize(("first", "second"), CROSSINGS)
def test_no_crossing_of_two_messages_is_decided_by_their_hashes(first: MessageType, second: MessageType) -> None:
    letters = _setting(first, second)
    ours = letter(first, Q, letters[-1], parts=PART_OF.get(first, ("a",)), key=KEY_OF.get(first, "x1"))
    answer = "k3" if second is M.CONSULTATION_ANSWERED else KEY_OF.get(second, "x2")
    theirs = letter(second, R, letters[-1], parts=PART_OF.get(second, ("a",)), key=answer)
    found = set()
    for salt in range(6):
        state = fold(resalted([*letters, ours, theirs], str(salt)))
        effects = sorted((entry.type, entry.side, entry.effect) for entry in state.timeline)
        found.add((state.phase, str(state.part_states()), str(effects), len(state.open_questions())))
    assert len(found) == 1


@settings(max_examples=60)
@given(st.data())
def test_two_sides_that_hold_the_same_messages_agree_whatever_crossed(data: st.DataObject) -> None:
    """Each side acts on what it has seen; messages travel late and out of order; in the end both agree."""
    held: dict[Side, list[Letter]] = {Q: opened(), R: opened()}
    on_the_way: list[tuple[Side, Letter]] = []
    for turn in range(data.draw(st.integers(2, 9))):
        side = data.draw(st.sampled_from([Q, R]))
        kind = data.draw(st.sampled_from([kind for kind in SENDABLE if side in KINDS[kind].sides]))
        known = {one.digest: one for one in held[side]}
        follows = [known[digest] for digest in fold(held[side]).heads]
        parts = tuple(data.draw(st.sets(st.sampled_from(PARTS), min_size=1)))
        sent = letter(kind, side, *follows, parts=tuple(sorted(parts)), key=f"{side}-{turn // 2}")
        held[side].append(sent)
        on_the_way.append((side.other, sent))
        if data.draw(st.booleans()) and on_the_way:
            place = data.draw(st.integers(0, len(on_the_way) - 1))
            to, arrived = on_the_way.pop(place)
            held[to].append(arrived)
    for to, arrived in on_the_way:
        held[to].append(arrived)
    assert fold(held[Q]).to_json() == fold(held[R]).to_json()
    assert not fold(held[Q]).waiting


def test_three_messages_in_every_order_are_one_state() -> None:
    letters = opened()
    rest = [letter(M.ACCEPTED, R, letters[-1]), letter(M.WITHDRAWN, Q, letters[-1]), letter(M.REMINDED, Q, letters[0])]
    assert len({str(fold([*letters, *order]).to_json()) for order in permutations(rest)}) == 1


def test_a_recorded_letter_is_the_partners_act_and_marked_as_not_signed_by_it() -> None:
    request = letter(M.TRANSMITTED, Q)
    reply = letter(M.EVIDENCE_RETURNED, R, request, parts=PARTS)
    body = {
        "what": reply.type,
        "body": reply.body,
        "letter_on": "2026-12-01",
        "source": "1" * 64,
        "note": "not-signed-by-them",
    }
    recorded = Letter("request.recorded", "CH-FOJ", body, (request.digest,), reply.at)
    state = fold([request, recorded])
    assert state.phase is Phase.RETURNED
    assert state.timeline[-1].recorded
    assert state.timeline[-1].side is R


def returned_story() -> list[Letter]:
    letters = opened()
    for kind, side in (
        (M.ACCEPTED, R),
        (M.EXECUTED, R),
        (M.EVIDENCE_RETURNED, R),
    ):
        letters.append(letter(kind, side, letters[-1], parts=PARTS))
    return letters


def test_a_recall_and_its_answer_fold_alike_in_every_order_and_end_nothing_twice() -> None:
    letters = returned_story()
    recalled = letter(M.EVIDENCE_RECALLED, R, letters[-1], parts=("a",))
    signed = letter(M.EVIDENCE_COUNTERSIGNED, Q, letters[-1], parts=("b", "c"))
    answer = letter(M.RECALL_ANSWERED, Q, recalled, signed, parts=("a",))
    again = letter(M.RECALL_ANSWERED, Q, answer, parts=("a",))
    whole = [*letters, recalled, signed, answer, again]
    state = fold(whole)
    assert fold(reversed(whole)).to_json() == state.to_json()
    assert state.phase is Phase.COUNTERSIGNED
    assert state.recalls["r-q1"]["answers"]["item-a"]["outcome"] == "complied"
    assert state.recalls["r-q1"]["answered_at"]
    reasons = {entry.digest: entry.reason for entry in state.timeline}
    assert reasons[again.digest] == "it was answered before"


@pytest.mark.parametrize(
    ("kind", "side", "parts", "key", "reason"),
    [
        (M.EVIDENCE_RECALLED, R, ("d",), "q2", "it names an item that was not returned"),
        (M.EVIDENCE_RECALLED, R, ("b",), "q1", "a recall of that name was sent before"),
        (M.EVIDENCE_NARROWED, Q, ("b",), "q2", "the requesting side may not send this"),
        (M.RECALL_ANSWERED, Q, ("a",), "q2", "nothing of that name was recalled"),
        (M.RECALL_ANSWERED, Q, ("b",), "q1", "it names an item that was not recalled"),
    ],
)
def test_a_recall_that_matches_nothing_has_no_effect(kind, side, parts, key, reason) -> None:
    letters = returned_story()
    recalled = letter(M.EVIDENCE_RECALLED, R, letters[-1], parts=("a",))
    odd = letter(kind, side, recalled, parts=parts, key=key)
    entry = fold([*letters, recalled, odd]).timeline[-1]
    assert (entry.effect, entry.reason) == (Effect.WITHOUT_EFFECT, reason)


def held(one: Letter) -> bytes:
    """The signed bytes of a message that says the same."""
    other = next(code for code in PARTIES.values() if code != one.sender)
    return Message(
        type=one.type,
        id=UUID(int=7),
        sender=one.sender,
        recipient=other,
        dossier=one.dossier,
        at=one.at,
        body=one.body,
        follows=one.follows,
    ).content


BODIES = [kind for kind in MessageType if kind is not M.RECORDED]


def of_every_kind() -> list[bytes]:
    letters = [letter(kind, side) for kind in BODIES for side in Side if side in KINDS[kind].sides]
    told = {"what": M.REMINDED.value, "body": body_of(M.REMINDED), "letter_on": "2026-11-03", "source": DIGEST}
    letters += [Letter(M.RECORDED.value, PARTIES[Q], {**told, "note": "not-signed-by-them"})]
    broken = replace(letter(M.REMINDED, Q), body={"text": {}, "more": 1})
    unheard = replace(letter(M.REMINDED, Q), type="request.unheard-of")
    return [held(one) for one in (*letters, broken, unheard)]


def test_a_message_that_was_read_strictly_once_is_the_same_deed_every_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folding, "_FOUND", {})
    contents = of_every_kind()
    strictly = [read(Message.from_content(content)) for content in contents]
    assert sum(bool(deed.fault) for deed in strictly) == 2
    assert [deed_of(content) for content in contents] == strictly
    assert [deed_of(content) for content in contents] == strictly
    assert fold_deeds(map(deed_of, contents)) == fold(map(Message.from_content, contents))


def test_a_deed_is_read_anew_so_that_nobody_changes_what_another_reads() -> None:
    content = held(letter(M.REMINDED, Q))
    deed_of(content).body["text"]["en"] = "another word"  # type: ignore[index]
    assert deed_of(content).body == letter(M.REMINDED, Q).body


def test_bytes_not_met_before_are_read_strictly_whatever_was_met(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folding, "_FOUND", {})
    content = held(letter(M.REMINDED, Q))
    checked(content)
    with pytest.raises(InvalidInputError):
        deed_of(content.replace(b":", b": ", 1))
    assert deed_of(content.replace(b'"text":', b'"txet":', 1)).fault
    assert not deed_of(content).fault


def test_what_was_met_takes_no_more_room_than_it_may(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folding, "_FOUND", {})
    monkeypatch.setattr(folding, "MOST_FOUND", 5)
    for content in of_every_kind():
        deed_of(content)
        assert len(folding._FOUND) <= 5
