"""Changing one byte of a bundle, to see that it is found."""

from pathlib import Path


def say_what_broke(bundle: Path) -> Path:
    """Flip one bit in the middle of the largest file of the bundle's payload; returns that file."""
    target = max(
        (path for path in (bundle / "data").rglob("*") if path.is_file()), key=lambda path: path.stat().st_size
    )
    with target.open("r+b") as file:
        file.seek(target.stat().st_size // 2)
        byte = file.read(1)
        file.seek(-1, 1)
        file.write(bytes([byte[0] ^ 1]))
    return target
