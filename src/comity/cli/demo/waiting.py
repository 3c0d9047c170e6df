"""Waiting for the other node, as a person does: by looking again."""

import time
from collections.abc import Callable
from typing import Any

from comity.cli.demo.client import CallError, Desk
from comity.values.errors import UnavailableError

PATIENCE_SECONDS = 90
LOOK_AGAIN_SECONDS = 0.25


def until(desk: Desk, dossier: str, holds: Callable[[Any], bool], what: str) -> Any:
    """The dossier as this desk sees it, once it is there and the condition holds."""
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        try:
            view = desk.read(dossier)
        except CallError as error:
            if error.status != 404:
                raise
        else:
            if holds(view):
                return view
        time.sleep(LOOK_AGAIN_SECONDS)
    raise UnavailableError(f"Waited {PATIENCE_SECONDS} s for: {what}.")


def in_phase(*phases: str) -> Callable[[Any], bool]:
    return lambda view: view["phase"] in phases


def anything(_view: Any) -> bool:
    return True
