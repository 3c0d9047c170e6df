"""The spool: where a node writes what is plain for a moment, such as bundles made for a court and uploads.

One folder that only the node's own user may enter, emptied whenever the node begins to serve and left out of backups:
what a killed process left of it does not outlive the next start.
"""

import shutil
from pathlib import Path

NAME = "spool"


def spool_of(folder: Path) -> Path:
    """The spool of the node in a folder, made if it is not there, closed to everyone else."""
    place = folder / NAME
    place.mkdir(mode=0o700, exist_ok=True)
    return place


def empty(place: Path) -> int:
    """Remove everything in a folder, as it is made anew at each start; returns how many things lay there."""
    left = list(place.iterdir())
    for path in left:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
    return len(left)
