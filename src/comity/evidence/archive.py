"""A bundle's folder as one file, for the way from a node to a desk; nothing is compressed or renamed."""

import shutil
import zipfile
from pathlib import Path
from typing import IO

STEP = 1 << 20


def pack_folder(folder: Path, sink: IO[bytes], *, root: str) -> None:
    """Write the folder as a stored ZIP under one root folder; memory stays flat."""
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as packed:
        for path in sorted(entry for entry in folder.rglob("*") if entry.is_file()):
            name = f"{root}/{path.relative_to(folder).as_posix()}"
            with path.open("rb") as source, packed.open(name, "w", force_zip64=True) as entry:
                shutil.copyfileobj(source, entry, STEP)
