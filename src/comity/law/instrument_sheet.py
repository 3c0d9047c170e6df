"""All that the register holds of one instrument: what it covers by which provision, who is bound, grounds, clocks.

Each fact carries its provision, whether it was read, and where.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from comity.law.bilateral_force import age_of, noted, treaty_verdict
from comity.law.clock_files import ClockRow
from comity.law.clocks import clock_table
from comity.law.completeness import coverage_of
from comity.law.instrument import Asked, Condition, Coverage, Instrument, Provision
from comity.law.listing import instrument_row, parties_of
from comity.law.refusal import known_grounds
from comity.law.register import Register
from comity.law.state_sheet import declared_json, standing_verdict, verdict_json


def instrument_sheet(register: Register, instrument: Instrument, on: date, today: date) -> dict[str, Any]:
    """The instrument whole, as the command line, the API and the page give it; parties as they stand on the day."""
    register = register.at(on)
    shown = instrument_row(register, instrument) | {
        "on": on.isoformat(),
        "aliases": list(instrument.aliases),
        "supplements": instrument.parent,
        "force": _force(instrument),
        "membership": _membership(instrument),
        "articles": _articles(instrument),
        "covers": {
            "measures": _covered(instrument.measures),
            "offences": _covered(instrument.offences),
            "other_offences": _coverage(instrument.otherwise),
        },
        "conditions": [_condition(name, one) for name, one in instrument.conditions.items()],
        "cautions": [
            _asked(one.asked)
            | {
                "measures": sorted(one.measures),
                "offences": sorted(one.offences),
                **provision_json(one.provision),
            }
            for one in instrument.cautions
        ],
        "relations": _relations(register, instrument),
        "channel": _channel(instrument),
        "dual_criminality": _dual(instrument),
        "use": [
            {"id": one.id, "kind": one.kind, "proceedings": list(one.proceedings), **provision_json(one.provision)}
            for one in instrument.use
        ],
        "grounds": [ground.to_json() for ground in known_grounds(instrument.code)],
        "clocks": [_clock(row) for row in clock_table() if row.instrument == instrument.code],
        "coverage": coverage_of(register, instrument, today),
        "silence": 'What is not listed is unknown, never "not a party".',
    }
    if not instrument.states:
        return shown | {"parties": _parties(register, instrument, on, today)}
    treaty = register.treaty(instrument.code)
    siblings = register.treaties_by_pair[treaty.pair]
    held = parties_of(register, instrument)
    standing = noted(treaty_verdict(treaty, siblings, on, today), register.notes.get(treaty.code, ""))
    return shown | {
        "standing": verdict_json(standing),
        "as_of": age_of(treaty),
        "rows": held["rows"],
        "conflicts": held["conflicts"],
        "merged_by_inference": treaty.inferred,
        "declarations": {
            state: declared_json(register.declarations(state, instrument.code)) for state in instrument.states
        },
        "beside": [one.code for one in siblings if one.code != treaty.code],
    }


def provision_json(provision: Provision) -> dict[str, Any]:
    """A provision with its words, whether it was read, and where."""
    return {
        "provision": provision.article,
        "text": provision.text,
        "verified": provision.verified,
        "source": provision.source,
    }


def _force(instrument: Instrument) -> dict[str, Any]:
    force = instrument.force
    return {
        "since": _day(force.since),
        "not_in_force_by": _day(force.not_before),
        "provisional": _day(force.provisional),
        **provision_json(force.provision),
    }


def _membership(instrument: Instrument) -> dict[str, Any]:
    membership = instrument.membership
    return {
        "closed": membership.closed,
        **provision_json(membership.provision),
        "opted_out": {state: provision_json(rule) for state, rule in sorted(membership.opted_out.items())},
        "doubtful": {state: provision_json(rule) for state, rule in sorted(membership.doubtful.items())},
    }


def _articles(instrument: Instrument) -> dict[str, Any] | None:
    known = instrument.articles
    return {"words": known.words, "headings": dict(known.headings)} if known else None


def _covered(found: Mapping[str, Coverage]) -> list[dict[str, Any]]:
    return [{"code": code, **_coverage(one)} for code, one in found.items()]


def _coverage(one: Coverage) -> dict[str, Any]:
    return {
        "finding": one.finding.value,
        "question": _asked(one.asked) if one.asked else None,
        "conditions": list(one.conditions),
        **provision_json(one.provision),
    }


def _asked(asked: Asked) -> dict[str, Any]:
    return {"id": asked.id, "question": asked.text}


def _condition(name: str, one: Condition) -> dict[str, Any]:
    return {"name": name, **_asked(one.asked), "met_by": sorted(one.met_by), **provision_json(one.provision)}


def _relations(register: Register, instrument: Instrument) -> list[dict[str, Any]]:
    """What this instrument says of others, then what others say of it."""
    own = [
        {"kind": one.kind, "from": instrument.code, "to": list(one.to), **provision_json(one.provision)}
        for one in instrument.relations
    ]
    if instrument.states:
        return own
    said = [
        {"kind": one.kind, "from": other.code, "to": [instrument.code], **provision_json(one.provision)}
        for other in register.multilateral.values()
        for one in other.relations
        if other is not instrument and instrument.code in one.to
    ]
    return [*own, *said]


def _channel(instrument: Instrument) -> dict[str, Any] | None:
    channel = instrument.channel
    if channel is None:
        return None
    urgent, language = channel.urgent_provision, channel.language_provision
    return {
        "route": channel.route,
        "transmitter": channel.transmitter,
        "signer": channel.signer,
        "form": channel.form,
        "urgent": channel.urgent,
        "urgent_provision": urgent.article if urgent else "",
        "original_must_follow": channel.original_must_follow,
        "languages": language.text if language else "",
        "language_provision": language.article if language else "",
        **provision_json(channel.provision),
    }


def _dual(instrument: Instrument) -> dict[str, Any] | None:
    dual = instrument.dual_criminality
    if dual is None:
        return None
    return {"rule": dual.rule, "measures": dict(dual.measures), **provision_json(dual.provision)}


def _clock(row: ClockRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "trigger": row.trigger,
        "amount": row.amount,
        "unit": row.unit,
        "kind": row.kind,
        "liberty": row.liberty,
        "effect": row.effect,
        "extension": row.extension,
        "measures": sorted(row.measures),
        "provision": row.provision,
        "verified": row.verified,
        "source": row.source,
    }


def _parties(register: Register, instrument: Instrument, on: date, today: date) -> Iterable[dict[str, Any]]:
    """Every row of the register, with how the State stands on the day and what it declared."""
    return [
        {name: value for name, value in row.to_json().items() if name != "instrument"}
        | verdict_json(standing_verdict(register, instrument, state, on, today))
        | {"declarations": declared_json(register.declarations(state, instrument.code))}
        for state, row in sorted(register.participations.get(instrument.code, {}).items())
    ]


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
