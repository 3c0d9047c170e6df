"""The roster: one YAML file from which a node is set up, with its authorities, offices and first officers.

```yaml
node: {id: ch, host: localhost, web_port: 8101, exchange_port: 8102, exercise: true}
authorities:
  - code: CH-FOJ
    names: {en: Federal Office of Justice, fr: Office fédéral de la justice}
    competences: [central, receiving]
    languages: [fr, de, it]
    contact: {address: ...}
    offices:
      - names: {en: International Mutual Assistance}
        officers:
          - {username: a.sample, first_name: Ada, last_name: Sample, function: Head, roles: [transmitter]}
```
Passwords and one-time-code secrets are made and printed once; in an exercise the roster may name them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from comity.authorities.competence import Competence
from comity.values.actor import Role
from comity.values.errors import InvalidInputError

SAMPLE = """\
node: {id: mine, host: localhost, web_port: 8410, exchange_port: 8411, exercise: true}
authorities:
  - code: CH-FOJ
    names: {en: Federal Office of Justice, fr: Office fédéral de la justice}
    competences: [central, receiving]
    languages: [fr, de, it]
    contact: {address: Exercise Avenue 20}
    offices:
      - names: {en: International mutual assistance}
        officers:
          - {username: registrar, first_name: Rita, last_name: Exercise, function: Registrar, roles: [registrar]}
          - {username: head, first_name: Hugo, last_name: Exercise, function: Head, roles: [transmitter]}
          - {username: admin, first_name: Ada, last_name: Exercise, function: Administrator, roles: [administrator]}
"""


@dataclass(frozen=True)
class OfficerEntry:
    username: str
    first_name: str
    last_name: str
    roles: tuple[Role, ...]
    function: str = ""
    language: str = "en"
    password: str = ""
    totp_secret: str = ""


@dataclass(frozen=True)
class OfficeEntry:
    names: Mapping[str, str]
    officers: tuple[OfficerEntry, ...]


@dataclass(frozen=True)
class AuthorityEntry:
    code: str
    names: Mapping[str, str]
    competences: tuple[Competence, ...]
    languages: tuple[str, ...]
    contact: Mapping[str, str] = field(default_factory=dict)
    offices: tuple[OfficeEntry, ...] = ()


@dataclass(frozen=True)
class PostalPartner:
    code: str
    names: Mapping[str, str]
    languages: tuple[str, ...]
    contact: Mapping[str, str]


@dataclass(frozen=True)
class Roster:
    node_id: str
    host: str
    web_port: int
    exchange_port: int
    exercise: bool
    authorities: tuple[AuthorityEntry, ...]
    partners_without_node: tuple[PostalPartner, ...] = ()
    public_endpoint: str = ""
    public_origin: str = ""


def read_roster(path: Path) -> Roster:
    """Read and check a roster file. Raises `InvalidInputError` with the place of the fault."""
    try:
        value = yaml.safe_load(path.read_text())
    except OSError as error:
        raise InvalidInputError(
            f"The roster {path} cannot be read: {error.strerror}.", code="roster:unreadable"
        ) from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark else ""
        raise InvalidInputError(
            f"The roster {path} cannot be read{where}: it is not YAML.", code="roster:unreadable"
        ) from error
    try:
        node = value["node"]
        roster = Roster(
            str(node["id"]),
            str(node.get("host", "localhost")),
            int(node["web_port"]),
            int(node["exchange_port"]),
            bool(node.get("exercise", False)),
            tuple(_authority(entry) for entry in value["authorities"]),
            tuple(_postal(entry) for entry in value.get("partners_without_node", [])),
            str(node.get("public_endpoint", "")),
            str(node.get("public_origin", "")),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InvalidInputError(
            f"The roster {path} is not complete: {error}. See docs/how-to/set-up-a-node.md.", code="roster:malformed"
        ) from error
    if not roster.exercise and any(officer.password or officer.totp_secret for officer in _officers(roster)):
        raise InvalidInputError(
            "Only an exercise may name passwords in its roster; remove them and they are made and printed once.",
            code="roster:password",
        )
    return roster


def _officers(roster: Roster) -> Sequence[OfficerEntry]:
    return [person for body in roster.authorities for office in body.offices for person in office.officers]


def _authority(entry: dict[str, Any]) -> AuthorityEntry:
    return AuthorityEntry(
        entry["code"],
        entry["names"],
        tuple(Competence(name) for name in entry["competences"]),
        tuple(entry["languages"]),
        entry.get("contact", {}),
        tuple(OfficeEntry(office["names"], tuple(map(_officer, office["officers"]))) for office in entry["offices"]),
    )


def _officer(entry: dict[str, Any]) -> OfficerEntry:
    return OfficerEntry(**{**entry, "roles": tuple(Role(role) for role in entry["roles"])})


def _postal(entry: dict[str, Any]) -> PostalPartner:
    return PostalPartner(entry["code"], entry["names"], tuple(entry["languages"]), entry.get("contact", {}))
