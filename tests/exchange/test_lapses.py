"""What has lapsed is flagged with the time for which we go on without it, and is gone once it is back."""

from datetime import timedelta

from comity.authorities.certificates import issue_tls
from comity.authorities.models import Authority
from comity.exchange.lapses import BOXES, OVERDUE, QUIET, SENTENCES, Lapse
from comity.exchange.models import Standing
from comity.exchange.queries import lapses
from tests.conftest import MOMENT
from tests.exchange.conftest import THEM, US, House, letter

GOOD = issue_tls("localhost", MOMENT)[1]
ENDED = issue_tls("localhost", MOMENT - timedelta(days=735))[1]


def kinds(house: House, certificate: bytes = GOOD) -> list[tuple[Lapse, str]]:
    return [(one.kind, one.subject) for one in lapses(certificate, house.at)]


def test_every_kind_has_its_box_and_its_words():
    assert set(BOXES) == set(SENTENCES) == set(OVERDUE) == set(Lapse)


def test_a_line_that_is_down_is_told_after_a_while_runs_out_of_time_and_is_gone_when_it_is_up(house):
    house.down = True
    house.post(letter())
    house.send()
    assert kinds(house) == []
    house.later(minutes=20)
    (line,) = lapses(GOOD, house.at)
    assert (line.kind, line.subject, line.overdue(house.at)) == (Lapse.LINE, THEM, False)
    assert line.until - line.since == BOXES[Lapse.LINE]
    house.later(days=7)
    (line,) = lapses(GOOD, house.at, US)
    assert line.overdue(house.at)
    assert "courier" in line.sentence(house.at)
    house.down = False
    house.send()
    assert kinds(house) == []


def test_certificates_that_ended_are_told_ours_and_the_partners(house):
    Authority.objects.filter(code=THEM).update(local=False, tls_certificate=ENDED.decode())
    assert kinds(house, ENDED) == [(Lapse.OWN_TLS, ""), (Lapse.PARTNER_TLS, THEM)]
    assert [one.overdue(house.at) for one in lapses(ENDED, house.at)] == [False, False]
    assert [one.overdue(house.at + timedelta(days=26)) for one in lapses(ENDED, house.at)] == [True, True]
    both = (ENDED + GOOD).decode()
    Authority.objects.filter(code=THEM).update(tls_certificate=both)
    assert kinds(house) == []


def test_a_witness_that_does_not_answer_is_told_from_the_time_it_last_cosigned(house):
    row = Standing.objects.create(log=US, witness=THEM, state="unreachable", at=house.at, since=house.at)
    assert kinds(house) == []
    house.later(hours=2)
    assert QUIET[Lapse.WITNESS] < timedelta(hours=2)
    assert kinds(house) == [(Lapse.WITNESS, THEM)]
    assert lapses(GOOD, house.at, THEM) == []
    row.state = "cosigned"
    row.save()
    assert kinds(house) == []
