"""The release digest: what a person signs, and what alone may be transmitted.

It covers the request's canonical content, the digests of the unsigned documents and those of the attachments. Office
seals come after it, so a sealed document names the unsigned one it was made from.
Compatibility: the members of `release_value` never change; a further kind of cover gets a `version` of its own.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from comity.seals.canonical import digest_of

Documents = Sequence[Mapping[str, Any]]


def release_digest(content: Mapping[str, Any], documents: Documents, attachments: Sequence[str]) -> str:
    """The digest over content, documents (`kind`, `language`, `digest`) and attachment digests, in a fixed order."""
    return digest_of(release_value(content, documents, attachments))


def release_value(content: Mapping[str, Any], documents: Documents, attachments: Sequence[str]) -> dict[str, Any]:
    members = [{key: one[key] for key in ("kind", "language", "digest")} for one in documents]
    return {
        "version": 1,
        "content": dict(content),
        "documents": sorted(members, key=lambda one: (one["kind"], one["language"], one["digest"])),
        "attachments": sorted(attachments),
    }
