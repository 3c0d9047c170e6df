"""The items and their custody told in CASE 1.5 / UCO 1.5 (JSON-LD), for tools that know nothing of bundles.

It is told only from what stands in the bundle: the records, the custody events, the conditions and who released it. So
it can say nothing that was left out, and whoever verifies tells it anew and compares byte for byte. Each node's name
ends in a UUID made from the digest or reference of what it stands for (version 5, RFC 9562): the same event has the
same name in every bundle.

It vouches for nothing: what holds is the signed event, whose digest each action carries.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid5

from comity.evidence.custody import CustodyEvent
from comity.seals.canonical import digest_of, encode
from comity.values.instant import instant_text

MEDIA_TYPE = "application/ld+json"
NAMES = UUID("c1f1a0b6-6d0e-5c35-9a4b-7d3c1f0e2a51")
"""The space in which the nodes are named. It never changes."""
_CASE, _UCO = "https://ontology.caseontology.org/case/", "https://ontology.unifiedcyberontology.org/uco/"
CONTEXT: Mapping[str, str] = {
    "kb": "urn:comity:case:",
    "case-investigation": f"{_CASE}investigation/",
    **{f"uco-{part}": f"{_UCO}{part}/" for part in ("action", "core", "identity", "location", "marking")},
    **{f"uco-{part}": f"{_UCO}{part}/" for part in ("observable", "tool", "types")},
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
_WITHOUT_NODE = frozenset({"seized"})
"""What is done by hand before any node knows of the item: no instrument is named for it."""

Node = dict[str, Any]


@dataclass(frozen=True)
class ToldItem:
    """What a bundle says of one item: its record, its events in order, and its entry in `conditions.json`."""

    number: int
    record: Mapping[str, Any]
    events: Sequence[CustodyEvent]
    handling: str
    conditions: Sequence[Mapping[str, Any]]


def tell_case(release: Mapping[str, Any], items: Sequence[ToldItem]) -> bytes:
    """The file, in canonical JSON: nodes by their names, each once."""
    nodes = {node["@id"]: node for item in items for node in _of_item(item)}
    told = sorted(name for name, node in nodes.items() if node["@type"].startswith("case-investigation:"))
    investigation: Node = {
        "@id": _name("investigation", release["dossier"]),
        "@type": "case-investigation:Investigation",
        "uco-core:name": release["dossier"],
        "uco-core:description": f"Released by {release['authority']} under {release['reference']} "
        f"for {release['audience']}. {release['ground']}",
        "uco-core:object": [{"@id": name} for name in told],
    }
    graph = [node for _, node in sorted({**nodes, investigation["@id"]: investigation}.items())]
    return encode({"@context": dict(CONTEXT), "@graph": graph})


def _of_item(item: ToldItem) -> Iterator[Node]:
    content, provenance = _content(item), _provenance(item)
    yield from _conditions(item)
    yield content
    yield provenance
    before: CustodyEvent | None = None
    for event in item.events:
        yield from _event(event, before, content["@id"], provenance["@id"])
        before = event


def _content(item: ToldItem) -> Node:
    """The evidence itself: a file by its digest, or a thing on a shelf."""
    record = item.record
    node: Node = {
        "@id": _name("item", record["reference"]),
        "@type": "uco-observable:ObservableObject" if record["digest"] is not None else "uco-core:Item",
        "uco-core:name": record["title"],
        "uco-core:description": f"{record['kind']}, {record['reference']}",
        "uco-core:objectMarking": [{"@id": _name("marking", _conditions_digest(item))}],
    }
    if record["digest"] is not None:
        node["uco-core:hasFacet"] = [
            {
                "@id": _name("file", record["reference"]),
                "@type": "uco-observable:FileFacet",
                "uco-observable:fileName": record["name"],
                "uco-observable:sizeInBytes": record["size"],
            },
            {
                "@id": _name("content", record["reference"]),
                "@type": "uco-observable:ContentDataFacet",
                "uco-observable:mimeType": record["media_type"],
                "uco-observable:sizeInBytes": record["size"],
                "uco-observable:hash": [
                    {
                        "@id": _name("hash", record["digest"]),
                        "@type": "uco-types:Hash",
                        "uco-types:hashMethod": "SHA256",
                        "uco-types:hashValue": {"@type": "xsd:hexBinary", "@value": record["digest"].upper()},
                    }
                ],
            },
        ]
    return node


def _provenance(item: ToldItem) -> Node:
    return {
        "@id": _name("provenance-record", item.record["reference"]),
        "@type": "case-investigation:ProvenanceRecord",
        "uco-core:name": item.record["title"],
        "uco-core:description": f"Description of the item, SHA-256 {digest_of(dict(item.record))}",
        "case-investigation:exhibitNumber": str(item.number),
        "uco-core:object": [{"@id": _name("item", item.record["reference"])}],
    }


def _conditions(item: ToldItem) -> Iterator[Node]:
    """Handling code and conditions of use, as a marking of the item."""
    digest = _conditions_digest(item)
    words = [f"Handling {item.handling}."]
    words += [" ".join(str(one.get(name) or "") for name in ("kind", "text", "provision")) for one in item.conditions]
    yield {
        "@id": _name("marking", digest),
        "@type": "uco-marking:MarkingDefinition",
        "uco-marking:definitionType": "statement",
        "uco-marking:definition": [
            {
                "@id": _name("statement", digest),
                "@type": "uco-marking:StatementMarking",
                "uco-marking:definitionType": "statement",
                "uco-marking:statement": "\n".join(words),
            }
        ],
    }


def _conditions_digest(item: ToldItem) -> str:
    return digest_of({"handling": item.handling, "conditions": [dict(one) for one in item.conditions]})


def _event(event: CustodyEvent, before: CustodyEvent | None, content: str, provenance: str) -> Iterator[Node]:
    """A custody event as an action, and beside it whose hand, which authority, where and by which node."""
    at = {"@type": "xsd:dateTime", "@value": instant_text(event.at)}
    hand, place = f"{event.authority} {event.hand}", f"{event.authority} {event.place}"
    yield {
        "@id": _name("authority", event.authority),
        "@type": "uco-identity:Organization",
        "uco-core:name": event.authority,
    }
    yield {"@id": _name("hand", hand), "@type": "uco-identity:Identity", "uco-core:name": event.hand}
    yield {"@id": _name("place", place), "@type": "uco-location:Location", "uco-core:name": event.place}
    action: Node = {
        "@id": _name("action", event.digest),
        "@type": "case-investigation:InvestigativeAction",
        "uco-core:name": event.type.value,
        "uco-action:startTime": at,
        "uco-action:endTime": at,
        "uco-action:performer": {"@id": _name("hand", hand)},
        "uco-action:participant": [{"@id": _name("authority", event.authority)}],
        "uco-action:location": [{"@id": _name("place", place)}],
        "uco-action:object": [{"@id": content}],
        "uco-action:result": [{"@id": provenance}],
        "uco-core:externalReference": [
            {
                "@id": _name("custody-event", event.digest),
                "@type": "uco-core:ExternalReference",
                "uco-core:definingContext": "SHA-256 of the signed custody event (comity custody/1)",
                "uco-core:externalIdentifier": event.digest,
            }
        ],
    }
    if event.type.value not in _WITHOUT_NODE:
        action["uco-action:instrument"] = [{"@id": _name("node", event.authority)}]
        yield {
            "@id": _name("node", event.authority),
            "@type": "uco-tool:Tool",
            "uco-core:name": f"Node of {event.authority}",
        }
    if before is not None:
        action["case-investigation:wasInformedBy"] = [{"@id": _name("action", before.digest)}]
    yield action


def _name(kind: str, of: str) -> str:
    return f"kb:{kind}-{uuid5(NAMES, f'{kind} {of}')}"
