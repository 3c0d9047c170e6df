"""`python -m conformance.making FOLDER`: write all pages of vectors anew.

Signatures and seals are randomised, so the bytes differ each time; what is committed under `vectors/` was made once
and changes only with the protocol.
"""

import sys
from pathlib import Path

from conformance.making import chains, sealed, signed, texts, trees


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    written = sum(page.write(folder) for part in (texts, trees, signed, sealed, chains) for page in part.pages())
    print(f"{written} vectors in {folder}")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
