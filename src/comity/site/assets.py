"""Copy typefaces and scripts that set-up fetched by lockfile to where the node reads them; draw the world map.

Run after `npm ci`, before anything of Django: `python src/comity/site/assets.py`. It needs only the standard library.
Typefaces for documents go to `src/comity/documents/fonts`, what the pages load to `src/comity/web/static/vendor`;
both folders are made anew each time and stay out of git. Every file is named here, so that a package that changes its
contents is noticed at set-up and not on a page.
"""

import re
import runpy
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]

DOCUMENT_FONTS = {
    "ibm-plex-serif": ("400Regular", "400Regular_Italic", "500Medium", "600SemiBold"),
    "ibm-plex-sans": ("400Regular", "400Regular_Italic", "500Medium", "600SemiBold"),
    "ibm-plex-mono": ("400Regular",),
    "noto-naskh-arabic": ("400Regular", "600SemiBold"),
    "noto-serif": ("400Regular", "400Regular_Italic", "600SemiBold"),
    "noto-serif-devanagari": ("400Regular", "600SemiBold"),
    "noto-serif-hebrew": ("400Regular", "600SemiBold"),
}
"""Weights of each `@expo-google-fonts` package that documents are set in: typst reads TTF and OTF only."""

SCRIPTS = {
    "htmx.min.js": "htmx.org/dist/htmx.min.js",
    "alpine-csp.min.js": "@alpinejs/csp/dist/cdn.min.js",
}

OUTLINES, MAP = "world-atlas/countries-50m.json", "world.svg"

WEB_FONTS = {
    "ibm-plex-sans": ("400", "400-italic", "500", "600"),
    "ibm-plex-sans-arabic": ("400", "500", "600"),
    "ibm-plex-serif": ("400", "400-italic", "500", "600"),
    "ibm-plex-mono": ("400", "500"),
}
"""Faces of each `@fontsource` package that pages may use; each brings all its scripts, loaded by unicode-range."""

_WOFF2 = re.compile(r"url\(\./files/([\w.-]+\.woff2)\)")
_SOURCE = re.compile(r"src: url\(\./files/([\w.-]+\.woff2)\)[^;]*;")


def fresh_folder(folder: Path) -> Path:
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    return folder


def copy_document_fonts(modules: Path, target: Path) -> list[str]:
    """Copy the TTF files documents are set in, each family with its licence; gives what was not found."""
    missing = []
    fresh_folder(target)
    for package, weights in DOCUMENT_FONTS.items():
        home = modules / "@expo-google-fonts" / package
        for weight in weights:
            found = sorted((home / weight).glob("*.ttf"))
            if not found:
                missing.append(f"@expo-google-fonts/{package}/{weight}")
            for font in found:
                shutil.copyfile(font, target / font.name)
        if (home / "LICENSE_FONT").is_file():
            shutil.copyfile(home / "LICENSE_FONT", target / f"{package}-LICENSE.txt")
    return missing


def copy_web_fonts(modules: Path, target: Path) -> list[str]:
    """Copy the WOFF2 files of the pages and write one `fonts.css` that names them; gives what was not found."""
    missing, rules = [], []
    fonts = fresh_folder(target / "fonts")
    for package, faces in WEB_FONTS.items():
        home = modules / "@fontsource" / package
        for face in faces:
            sheet = home / f"{face}.css"
            if not sheet.is_file():
                missing.append(f"@fontsource/{package}/{face}.css")
                continue
            css = sheet.read_text(encoding="utf-8")
            for name in _WOFF2.findall(css):
                shutil.copyfile(home / "files" / name, fonts / name)
            rules.append(_SOURCE.sub(r"src: url(./fonts/\1) format('woff2');", css))
        if (home / "LICENSE").is_file():
            shutil.copyfile(home / "LICENSE", fonts / f"{package}-LICENSE.txt")
    (target / "fonts.css").write_text("\n".join(rules), encoding="utf-8")
    return missing


def copy_scripts(modules: Path, target: Path) -> list[str]:
    missing = []
    for name, source in SCRIPTS.items():
        if (modules / source).is_file():
            shutil.copyfile(modules / source, target / name)
        else:
            missing.append(source)
    return missing


def draw_map(modules: Path, target: Path) -> list[str]:
    """Write the map of the world from the outlines, with their licence; gives what was not found."""
    outlines = modules / OUTLINES
    if not outlines.is_file():
        return [OUTLINES]
    # By its path: this script runs on a machine where nothing of the package is installed yet.
    world_map = runpy.run_path(str(Path(__file__).with_name("world_map.py")))
    (target / MAP).write_text(world_map["draw"](outlines.read_text(encoding="utf-8")), encoding="utf-8")
    licence = outlines.with_name("LICENSE")
    if licence.is_file():
        shutil.copyfile(licence, target / "world-atlas-LICENSE.txt")
    return []


def copy_assets(root: Path) -> list[str]:
    """Copy everything under `root`; gives the names of what was not found in `node_modules`."""
    modules = root / "node_modules"
    vendor = fresh_folder(root / "src/comity/web/static/vendor")
    return [
        *copy_document_fonts(modules, root / "src/comity/documents/fonts"),
        *copy_scripts(modules, vendor),
        *copy_web_fonts(modules, vendor),
        *draw_map(modules, vendor),
    ]


def main(root: Path = ROOT) -> int:
    if not (root / "node_modules").is_dir():
        sys.stderr.write(
            f"Typefaces and scripts are not here: {root / 'node_modules'} does not exist.\n"
            "Nothing was copied. Run `npm ci` in the folder of package.json (Node 20 or newer), then this again.\n"
        )
        return 1
    missing = copy_assets(root)
    if missing:
        sys.stderr.write("These files of the lockfile's packages are not in node_modules:\n")
        sys.stderr.writelines(f"  {name}\n" for name in missing)
        sys.stderr.write(
            "What was found was copied. Run `npm ci` again; if they are still missing, a package changed.\n"
        )
        return 1
    sys.stdout.write("Typefaces and scripts are in place.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
