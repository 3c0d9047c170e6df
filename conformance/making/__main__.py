"""`python -m conformance.making FOLDER [PART ...]`: write the pages of vectors anew, of all parts or of those named.

Signatures and seals are randomised, so the bytes differ each time; what is committed under `vectors/` was made once
and changes only with the protocol.
"""

import sys
from importlib import import_module
from pathlib import Path

from conformance.making import PARTS


def main(folder: Path, only: list[str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    parts = [import_module(f"conformance.making.{part}") for part in only or PARTS]
    written = sum(page.write(folder) for part in parts for page in part.pages())
    print(f"{written} vectors in {folder}")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
