"""The files under deploy/ are what systemd and a container builder read, and name commands that exist."""

import configparser
import re
import shutil
import subprocess
from pathlib import Path

import pytest

DEPLOY = Path(__file__).parents[2] / "deploy"
UNITS = sorted(path for path in DEPLOY.iterdir() if path.suffix in {".service", ".timer"})


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_a_unit_is_read_by_systemd(unit: Path, tmp_path: Path) -> None:
    read = configparser.ConfigParser(strict=False, interpolation=None, delimiters="=")
    read.optionxform = str  # type: ignore[assignment, method-assign]
    read.read(unit)
    assert "Unit" in read
    for section in read:
        for value in read[section].values():
            assert not re.search(r"/home|/root|passphrase=", value)
    if shutil.which("systemd-analyze") is None:
        return
    for other in UNITS:
        text = other.read_text().replace("/opt/comity/bin/comity", "/bin/true").replace("User=comity", "User=root")
        (tmp_path / other.name.replace("@.", "@one.")).write_text(text.replace("Group=comity", "Group=root"))
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", "--generators=no", str(tmp_path / unit.name.replace("@.", "@one."))],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Unknown" not in done.stderr


def test_the_container_file_runs_a_node_as_its_own_user() -> None:
    text = (DEPLOY / "Containerfile").read_text()
    words = [line.split()[0] for line in text.splitlines() if line and not line.startswith("#")]
    assert words[0] == "ARG"
    assert set(words) <= {
        "ARG",
        "FROM",
        "RUN",
        "WORKDIR",
        "COPY",
        "USER",
        "ENV",
        "VOLUME",
        "EXPOSE",
        "HEALTHCHECK",
        "ENTRYPOINT",
        "CMD",
    }
    assert "--require-hashes" in text
    assert words.index("USER") < words.index("ENTRYPOINT")
