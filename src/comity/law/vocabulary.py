"""The codes by which measures and offences are asked for, with their labels.

Codes are wire words: they may be added to, never changed. What an instrument covers is said in its own file,
never here.
"""

from collections.abc import Mapping
from difflib import get_close_matches

from comity.values.errors import InvalidInputError

MEASURES: Mapping[str, str] = {
    "bank-records": "Bank records: accounts, transactions, account-opening documents",
    "subscriber-data": "Subscriber data: who uses an address, number or account",
    "traffic-data": "Traffic data: who communicated with whom, when, how long",
    "content-data": "Content data: stored messages and files",
    "preservation": "Expedited preservation of stored computer data",
    "search-seizure": "Search of persons or premises, and seizure of evidence",
    "hearing-witness": "Hearing of a witness, expert or suspect before an authority of the requested State",
    "hearing-video": "Hearing by video link or telephone",
    "service": "Service of procedural documents and judicial decisions",
    "interception": "Interception of telecommunications",
    "controlled-delivery": "Controlled delivery",
    "joint-investigation": "Joint investigation team",
    "freezing": "Freezing or restraint of property with a view to confiscation",
    "confiscation": "Enforcement of confiscation, and return of proceeds",
    "transfer-prisoner": "Transfer of a person in custody: temporarily to give evidence, or to serve a sentence",
    "extradition": "Extradition or surrender",
}

OFFENCES: Mapping[str, str] = {
    "corruption": "Corruption and bribery",
    "cybercrime": "Offences against or by means of computer systems",
    "drug-trafficking": "Illicit traffic in narcotic drugs and psychotropic substances",
    "fraud": "Fraud",
    "illegal-access": "Illegal access to a computer system",
    "money-laundering": "Laundering of the proceeds of crime",
    "organised-crime": "Participation in an organised criminal group",
    "terrorist-financing": "Financing of terrorism",
    "trafficking-in-persons": "Trafficking in persons",
    "smuggling-of-migrants": "Smuggling of migrants",
    "firearms": "Illicit manufacturing of and trafficking in firearms",
    "murder": "Murder",
}


def parse_measure(text: str) -> str:
    """The code of a measure given by code or label; an unknown one is answered with the nearest."""
    return _parse(text, MEASURES, "measure")


def parse_offence(text: str) -> str:
    """The code of an offence given by code or label; an unknown one is answered with the nearest."""
    return _parse(text, OFFENCES, "offence")


def _parse(text: str, known: Mapping[str, str], what: str) -> str:
    wanted = text.strip().casefold().replace("_", "-").replace(" ", "-")
    if wanted in known:
        return wanted
    for code, label in known.items():
        if text.strip().casefold() == label.casefold():
            return code
    article = "an" if what.startswith("o") else "a"
    near = ", ".join(nearest(wanted, known))
    raise InvalidInputError(
        f"'{text[:60]}' is not {article} {what} the register knows. Nearest: {near}.",
        code=f"law:{what}",
        place=what,
        next_step=f"List them with `comity law {what}s`.",
    )


def nearest(wanted: str, known: Mapping[str, str] | tuple[str, ...]) -> tuple[str, ...]:
    """Up to three known codes that look most like what was written; the first ones when none does."""
    close = get_close_matches(wanted, list(known), n=3, cutoff=0.5)
    beginnings = _beginnings(wanted)
    inside = [code for code in known if wanted and (wanted in code or beginnings & _beginnings(code))]
    found = tuple(dict.fromkeys([*close, *inside]))[:3]
    return found or tuple(known)[:3]


def _beginnings(text: str) -> set[str]:
    """The first four letters of each longer word of a code: `drugs` and `drug-trafficking` begin alike."""
    return {word[:4].casefold() for word in text.split("-") if len(word) > 3}
