"""What instruments say of one another must make sense together: no circle, nothing that points at nothing."""

from collections.abc import Callable, Mapping

from comity.law.faults import LawText
from comity.law.instrument import Instrument

KINDS = frozenset({"bilateral", "regional", "multilateral", "mla-treaty", "eu-act"})
"""Words that stand for every instrument of a kind."""


def check_relations(instruments: Mapping[str, Instrument], text_of: Callable[[str], str]) -> None:
    """Refuse a relation or parent that names no instrument, and a circle: A replaces B, and B (through others) A.

    `text_of` gives the text of an instrument's file, so that the fault names its line.
    """
    for code, instrument in instruments.items():
        for place, relation in enumerate(instrument.relations):
            for other in relation.to:
                if other not in KINDS and other not in instruments:
                    raise _file(code, text_of).broken(f"'{other}' is no instrument", ("relations", place))
        if instrument.parent and instrument.parent not in instruments:
            raise _file(code, text_of).broken(f"'{instrument.parent}' is no instrument", ("parent",))
    for kind in ("replaces", "yields", "supplements", "parent"):
        for code in sorted(instruments):
            circle = _circle(instruments, kind, code, (code,))
            if circle:
                words = " > ".join(circle)
                path = ("parent",) if kind == "parent" else ("relations", _place(instruments[code], kind, circle[1]))
                raise _file(code, text_of).broken(f"circular relation ({kind}): {words}", path)


def _circle(instruments: Mapping[str, Instrument], kind: str, code: str, trail: tuple[str, ...]) -> tuple[str, ...]:
    for other in _next(instruments[code], kind):
        if other == trail[0]:
            return (*trail, other)
        if other in instruments and other not in trail:
            found = _circle(instruments, kind, other, (*trail, other))
            if found:
                return found
    return ()


def _next(instrument: Instrument, kind: str) -> tuple[str, ...]:
    if kind == "parent":
        return (instrument.parent,) if instrument.parent else ()
    return tuple(other for relation in instrument.relations if relation.kind == kind for other in relation.to)


def _place(instrument: Instrument, kind: str, other: str) -> int:
    return next(
        place for place, relation in enumerate(instrument.relations) if relation.kind == kind and other in relation.to
    )


def _file(code: str, text_of: Callable[[str], str]) -> LawText:
    return LawText(f"instruments/{code}.yaml", text_of(code))
