"""A command as its user calls it, in this process: the law is read once for all tests.

`test_the_law_needs_no_framework` and the nodes' tests call real processes.
"""

import contextlib
import io
import sys
from pathlib import Path
from subprocess import CompletedProcess
from unittest.mock import patch

from comity.cli.main import run


def comity(folder: Path, *arguments: str) -> "CompletedProcess[str]":
    """`comity ARGUMENTS` called in that folder: exit code and what it wrote."""
    out, err = io.StringIO(), io.StringIO()
    with (
        contextlib.chdir(folder),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
        patch.object(sys, "argv", ["comity", *arguments]),
    ):
        try:
            run()
            code = 0
        except SystemExit as stop:
            code = stop.code if isinstance(stop.code, int) else 1
    return CompletedProcess(arguments, code, out.getvalue(), err.getvalue())
