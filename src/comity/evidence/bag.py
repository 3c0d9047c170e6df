"""The BagIt form of a bundle (RFC 8493): every line of it follows from the signed `comity.json` and the files.

So each bag file can be rebuilt by whoever verifies, and compared byte for byte.
"""

import re
from collections.abc import Mapping

from comity.seals.canonical import sha256_hex

BAGIT = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
BAGIT_FILE, INFO_FILE = "bagit.txt", "bag-info.txt"
MANIFEST_FILE, TAG_MANIFEST_FILE = "manifest-sha256.txt", "tagmanifest-sha256.txt"
COMITY_FILE, SIGNATURE_FILE = "comity.json", "signature.json"
BAG_FILES = (BAGIT_FILE, INFO_FILE, COMITY_FILE, MANIFEST_FILE, SIGNATURE_FILE, TAG_MANIFEST_FILE)

PAYLOAD_PATH = re.compile(
    r"data/(README\.txt|conditions\.json|case\.jsonld|(items|records|custody|letters|messages|keys|ledger)/[A-Za-z0-9][A-Za-z0-9._-]{0,120})"
)
"""Names are made here, never taken from a file that came from outside; so no name leads out of the bag."""

EXTENSIONS = {
    "application/pdf": "pdf",
    "text/csv": "csv",
    "text/plain": "txt",
    "application/json": "json",
    "image/jpeg": "jpg",
    "image/png": "png",
    "audio/mpeg": "mp3",
    "video/mp4": "mp4",
}


def safe_extension(media_type: str) -> str:
    """The ending of an exported file, from a fixed list: never from the name a file came with."""
    return EXTENSIONS.get(media_type, "bin")


def manifest(files: Mapping[str, str]) -> bytes:
    """A manifest's bytes: digest, two spaces, path; in the order of the paths (RFC 8493, 2.1.3)."""
    return "".join(f"{digest}  {path}\n" for path, digest in sorted(files.items())).encode()


def bag_info(*, reference: str, authority: str, day: str, octets: int, streams: int) -> bytes:
    """The bag's card (RFC 8493, 2.2.2): whose, of which release, of what day, how many bytes and files."""
    lines = {
        "Bag-Software-Agent": "Comity (comity-bundle/1)",
        "Bagging-Date": day,
        "External-Identifier": reference,
        "Payload-Oxum": f"{octets}.{streams}",
        "Source-Organization": authority,
    }
    return "".join(f"{label}: {text}\n" for label, text in lines.items()).encode()


def tag_manifest(*, info: bytes, payload_manifest: bytes, comity: bytes, signature: bytes) -> bytes:
    return manifest(
        {
            BAGIT_FILE: sha256_hex(BAGIT),
            INFO_FILE: sha256_hex(info),
            MANIFEST_FILE: sha256_hex(payload_manifest),
            COMITY_FILE: sha256_hex(comity),
            SIGNATURE_FILE: sha256_hex(signature),
        }
    )
