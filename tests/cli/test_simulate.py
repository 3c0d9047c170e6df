"""`comity simulate` works from any folder and puts nothing but JSON on standard output when asked."""

import json
import os
import subprocess
import sys
from pathlib import Path

COMITY = Path(sys.executable).with_name("comity")


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("COMITY", "DJANGO"))}
    return subprocess.run(
        [COMITY, "simulate", *arguments],
        cwd=folder,
        env=clean,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_it_reports_in_json_from_an_empty_folder(tmp_path):
    done = run(tmp_path, "--episodes", "1", "--seed", "3", "--nodes", "2", "--json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert {"seed", "node_days", "messages", "faults", "violations", "trace"} <= set(report)
    assert (report["seed"], report["violations"]) == (3, [])
    assert list(tmp_path.iterdir()) == []


def test_a_command_line_that_makes_no_sense_is_answered_with_one_that_does(tmp_path):
    for wrong in (("--episodes", "1", "--seconds", "1"), ("--nodes", "99"), ("--episodes", "some")):
        done = run(tmp_path, *wrong)
        assert done.returncode == 2
        assert "comity" in done.stderr
        assert "Traceback" not in done.stderr
