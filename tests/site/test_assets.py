"""The set-up script runs on its own, before anything is configured: it is tested as a script."""

import json
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "src/comity/site/assets.py"
TWO_STATES = {
    "transform": {"scale": [1, 1], "translate": [0, 0]},
    "arcs": [[[0, 0], [0, 20]], [[0, 20], [20, 0], [0, -20], [-20, 0]], [[0, 0], [-20, 0], [0, 20], [20, 0]]],
    "objects": {
        "countries": {
            "geometries": [
                {"type": "Polygon", "id": "756", "properties": {"name": "One"}, "arcs": [[0, 1]]},
                {"type": "Polygon", "id": "170", "properties": {"name": "Other"}, "arcs": [[2, -1]]},
            ]
        }
    },
}
assets = runpy.run_path(str(SCRIPT), run_name="assets")


def packages(root: Path) -> Path:
    """A `node_modules` with every file the script names, each with its own name as content."""
    modules = root / "node_modules"
    files = [modules / source for source in assets["SCRIPTS"].values()]
    for package, weights in assets["DOCUMENT_FONTS"].items():
        files += [modules / f"@expo-google-fonts/{package}/{weight}/{package}_{weight}.ttf" for weight in weights]
    for package, faces in assets["WEB_FONTS"].items():
        files += [modules / f"@fontsource/{package}/files/{package}-{face}.woff2" for face in faces]
        for face in faces:
            sheet = modules / f"@fontsource/{package}/{face}.css"
            sheet.parent.mkdir(parents=True, exist_ok=True)
            name = f"{package}-{face}"
            sources = f"src: url(./files/{name}.woff2) format('woff2'), url(./files/{name}.woff) format('woff');"
            sheet.write_text("@font-face {" + sources + "}")
    for file in files:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(file.name)
    outlines = modules / assets["OUTLINES"]
    outlines.parent.mkdir()
    outlines.write_text(json.dumps(TWO_STATES))
    return modules


def test_everything_named_is_copied_and_what_was_there_before_is_gone(tmp_path: Path) -> None:
    packages(tmp_path)
    stale = tmp_path / "src/comity/documents/fonts/stale.ttf"
    stale.parent.mkdir(parents=True)
    stale.write_text("old")
    assert assets["main"](tmp_path) == 0
    assert not stale.exists()
    vendor = tmp_path / "src/comity/web/static/vendor"
    assert (vendor / "htmx.min.js").read_text() == "htmx.min.js"
    css = (vendor / "fonts.css").read_text()
    assert "url(./fonts/ibm-plex-sans-arabic-400.woff2) format('woff2');" in css
    assert ".woff)" not in css
    assert "http" not in css
    assert (vendor / "world.svg").read_text().count('<g id="n') == 2


def test_what_is_missing_is_named_and_the_rest_is_copied(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    modules = packages(tmp_path)
    (modules / "htmx.org/dist/htmx.min.js").unlink()
    (modules / "world-atlas/countries-50m.json").unlink()
    (modules / "@expo-google-fonts/noto-serif/400Regular/noto-serif_400Regular.ttf").unlink()
    assert assets["main"](tmp_path) == 1
    said = capsys.readouterr().err
    assert "htmx.org/dist/htmx.min.js" in said
    assert "world-atlas/countries-50m.json" in said
    assert "@expo-google-fonts/noto-serif/400Regular" in said
    assert (tmp_path / "src/comity/web/static/vendor/alpine-csp.min.js").exists()


def test_without_node_modules_it_says_what_to_run_and_copies_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert assets["main"](tmp_path) == 1
    assert "npm ci" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_the_script_needs_nothing_but_python() -> None:
    run = subprocess.run(
        [sys.executable, "-I", "-S", "-c", f"import runpy; runpy.run_path({str(SCRIPT)!r})"], check=False
    )
    assert run.returncode == 0


def test_the_lockfile_names_no_registry() -> None:
    lock = SCRIPT.parents[3] / "package-lock.json"
    text = lock.read_text(encoding="utf-8")
    assert '"resolved"' not in text
    assert text.count('"integrity"') >= 12
