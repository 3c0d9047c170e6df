"""Loads the framework for one node's folder; commands that need no node never call it."""

import os
import secrets
from datetime import UTC, datetime
from pathlib import Path

import django

from comity.authorities.node_file import read_node_file
from comity.values.actor import Act, job


def load_framework(folder: Path) -> None:
    """Point the settings at the node's folder and set the framework up, once per process.

    Raises `MissingError` where there is no node.
    """
    read_node_file(folder)
    os.environ["COMITY_NODE"] = str(folder.resolve())
    os.environ["DJANGO_SETTINGS_MODULE"] = "comity.site.settings"
    django.setup()


def operator_act(purpose: str) -> Act:
    """What the node's operator does from the command line, at this moment."""
    return Act(job("operator", "operator"), datetime.now(UTC), purpose, secrets.token_bytes)
