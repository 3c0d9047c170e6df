"""What a bundle tells in CASE/UCO follows from the rest of it: told anew from what was proved, and compared."""

from collections.abc import Iterator

from comity.evidence.case_file import ToldItem, tell_case
from comity.evidence.manifest import CASE_FILE, CONDITIONS_FILE, CONDITIONS_SHAPE, read_shaped
from comity.evidence.opened import Opened
from comity.evidence.report import Report


def check_case(opened: Opened, report: Report) -> None:
    """A note where it is as it follows; broken where it says anything else than the signed record of the bundle.

    In a bundle with anything broken it is not told anew: what it would be compared with does not hold.
    """
    if CASE_FILE not in opened.manifest["files"]:
        return
    if report.broken:
        report.note(CASE_FILE, "It tells items and custody in CASE/UCO; not compared, since something is broken.")
        return
    with report.breaking(CASE_FILE):
        if opened.text(CASE_FILE) == case_of(opened):
            report.note(CASE_FILE, "It tells items and custody in CASE/UCO; told anew it is the same byte for byte.")
        else:
            report.breaks(CASE_FILE, "It tells something else than the records, custody and conditions of this bundle.")


def case_of(opened: Opened) -> bytes:
    """The bundle's items and custody in CASE/UCO, from what was read of it."""
    return tell_case(opened.manifest["release"], list(_told(opened)))


def _told(opened: Opened) -> Iterator[ToldItem]:
    shown = read_shaped(opened.text(CONDITIONS_FILE), CONDITIONS_SHAPE, CONDITIONS_FILE)
    conditions = {entry["item"]: entry for entry in shown}
    for entry in opened.manifest["items"]:
        item = entry["item"]
        events = [signed.event for signed in opened.chains[item]]
        bound = conditions[item]
        yield ToldItem(entry["number"], opened.records[item], events, bound["handling"], bound["conditions"])
