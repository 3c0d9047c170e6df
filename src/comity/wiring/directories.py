"""Newer directories are asked of every partner: rooms below know the list, the exchange knows the way there."""

import logging

from comity.authorities.queries import directory_files, partner, partners
from comity.exchange.transport import DirectorySource
from comity.seals.canonical import sha256_hex
from comity.values.actor import Act
from comity.values.errors import ComityError

log = logging.getLogger("comity.directory")


def ask_for_directories(act: Act, source: DirectorySource) -> int:
    """Ask each partner with a node for each directory that is relied on; returns how many newer ones were taken.

    A partner out of reach or one that shows an older or broken list changes nothing: that is logged, the next is asked.
    """
    taken = 0
    for fingerprint in directory_files():
        for row in partners():
            if row.has_node:
                taken += _ask(act, source, row.code, fingerprint)
    return taken


def _ask(act: Act, source: DirectorySource, code: str, fingerprint: str) -> bool:
    # The framework of directories is large and most nodes' jobs never need it.
    from comity.authorities.actions.directing import take_directory  # noqa: PLC0415

    try:
        shown = source.directory(partner(code), fingerprint, sha256_hex(directory_files()[fingerprint]))
        return shown is not None and take_directory(act, data=shown, source=code)
    except ComityError as error:
        log.info("the directory as %s shows it: %s %s", code, error.code, error.message)
        return False
