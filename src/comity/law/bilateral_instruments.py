"""A bilateral treaty known only as a row, as an instrument: what its kind lets one take it to cover.

Its text was not read, so every coverage carries `verified: false`, and what only some treaties of the kind provide for
is UNSETTLED with the question.
"""

from collections.abc import Mapping
from typing import Any

from comity.law.bilateral import BilateralTreaty
from comity.law.instrument import Asked, Caution, Coverage, Force, Instrument, Membership, Provision
from comity.law.register_dates import earliest_day
from comity.law.vocabulary import OFFENCES
from comity.values.verdict import Finding


def instrument_of_treaty(treaty: BilateralTreaty, kind: Mapping[str, Any]) -> Instrument:
    """The instrument of a merged treaty, by the table of its kind (`bilateral_kinds.yaml`)."""
    pair = f"{treaty.pair[0]} and {treaty.pair[1]}"
    name = f"{treaty.code}, scope"
    source = treaty.rows[0].source
    known = Provision(name, kind["text"], verified=False, source=source)
    measures = {measure: Coverage(known) for measure in kind["clear"]}
    for measure in kind["unsettled"]:
        asked = Asked(f"{treaty.code}:{measure}", kind["ask"].format(pair=pair, measure=measure))
        measures[measure] = Coverage(known, Finding.UNSETTLED, asked)
    offences, otherwise = _offences(
        treaty, kind, pair, Provision(name, kind["offences"], verified=False, source=source)
    )
    cautions: tuple[Caution, ...] = ()
    if kind.get("caution"):
        cautions = (Caution(Asked(f"{treaty.code}:scope", kind["caution"].format(pair=pair)), known),)
    return Instrument(
        code=treaty.code,
        title=treaty.title,
        kind="bilateral",
        rank=int(kind["rank"]) + (1 if treaty.amending or not treaty.signed else 0),
        signed=earliest_day(treaty.signed),
        force=Force(None, Provision(f"{treaty.code}, entry into force", verified=True, source=source)),
        membership=Membership(closed=False, provision=known),
        measures=measures,
        offences=offences,
        otherwise=otherwise,
        conditions={},
        cautions=cautions,
        relations=(),
        channel=None,
        dual_criminality=None,
        use=(),
        sources=tuple(dict.fromkeys(row.source for row in treaty.rows)),
        states=treaty.pair,
        aliases=treaty.aliases,
    )


def _offences(
    treaty: BilateralTreaty, kind: Mapping[str, Any], pair: str, provision: Provision
) -> tuple[dict[str, Coverage], Coverage]:
    any_offence = Coverage(provision)
    signed = earliest_day(treaty.signed)
    listed_before = kind.get("listed_before")
    if listed_before and signed and signed < listed_before:
        asked = Asked(
            f"{treaty.code}:listed", f"Does the list of extraditable offences of the treaty of {pair} name it?"
        )
        doubt = Coverage(provision, Finding.UNSETTLED, asked)
        return dict.fromkeys(kind["listed_offences"], any_offence), doubt
    if "only" in kind:
        outside = Coverage(
            provision, Finding.UNSETTLED, Asked(f"{treaty.code}:drugs", "Does it concern traffic in drugs?")
        )
        return {offence: any_offence for offence in OFFENCES if offence in kind["only"]}, outside
    return {}, any_offence
