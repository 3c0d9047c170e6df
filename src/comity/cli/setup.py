"""Setting up a node: its folder and keyring first, then its database and the people of the roster."""

import os
import secrets
from datetime import datetime
from pathlib import Path

from comity.authorities.certificates import issue_office_seal, issue_tls
from comity.authorities.keyring import AuthorityKeys, Keyring
from comity.authorities.node_file import NodeFile
from comity.cli.roster import OfficerEntry, Roster
from comity.seals.keys import OpeningKey, SigningKey
from comity.store.s3_bucket import Bucket
from comity.values.actor import Act, job
from comity.values.errors import ConflictError


def prepare_folder(folder: Path, plan: Roster, database: str, at: datetime, *, store: str = "") -> None:
    """The folder with `node.json`, passphrase, session key and keyring; refuses a folder that already holds a node."""
    if (folder / "node.json").exists():
        raise ConflictError(
            f"There is a node in {folder} already; nothing was changed.",
            code="node:exists",
            next_step="Choose another folder, or serve it: comity node serve DIR",
        )
    file = NodeFile(
        plan.node_id,
        plan.host,
        plan.web_port,
        plan.exchange_port,
        plan.exercise,
        database,
        store,
        public_endpoint=plan.public_endpoint,
        public_origin=plan.public_origin,
    )
    if store:
        Bucket.from_address(store)  # a wrong address is told before anything is made
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    passphrase = secrets.token_urlsafe(32)
    tls_key, tls_certificate = issue_tls(file.endpoint_host, at, file.host)
    keys = Keyring(secrets.token_bytes(32), {}, tls_key, tls_certificate, os.urandom)
    for entry in plan.authorities:
        name = entry.names.get("en") or next(iter(entry.names.values()))
        seal_key, seal_certificate = issue_office_seal(entry.code[:2], name, at)
        held = AuthorityKeys(SigningKey.generate(), OpeningKey.generate(), seal_key, seal_certificate)
        keys = keys.with_authority(entry.code, held)
    _private(folder / "passphrase", passphrase.encode())
    _private(folder / "session.key", secrets.token_urlsafe(48).encode())
    _private(folder / "keys.comity", keys.to_file_bytes(passphrase))
    file.write(folder)


def establish(plan: Roster, at: datetime) -> list[dict[str, str]]:
    """The database, the authorities, their offices and first officers; their sign-ins are returned once."""
    from django.conf import settings  # noqa: PLC0415 - the framework is set up by now
    from django.core.management import call_command  # noqa: PLC0415

    from comity.authorities import actions  # noqa: PLC0415

    call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)
    act = Act(job("operator", "operator"), at, "set up the node", os.urandom)
    first = []
    for entry in plan.authorities:
        actions.establish_authority(
            act,
            code=entry.code,
            names=entry.names,
            competences=entry.competences,
            languages=entry.languages,
            endpoint=settings.COMITY.file.endpoint,
            contact=entry.contact,
            keys=settings.COMITY.keys(),
        )
        for desk in entry.offices:
            office = actions.open_office(act, authority=entry.code, names=desk.names)
            for person in desk.officers:
                sign_in = _first_sign_in(person)
                officer = actions.NewOfficer(
                    person.username,
                    person.first_name,
                    person.last_name,
                    sign_in["password"],
                    person.roles,
                    person.function,
                    person.language,
                    sign_in["totp_secret"],
                )
                actions.appoint_first_officer(act, office=office, officer=officer)
                first.append({**sign_in, "authority": entry.code})
    for postal in plan.partners_without_node:
        actions.note_partner_without_node(
            act, code=postal.code, names=postal.names, languages=postal.languages, contact=postal.contact
        )
    return first


def card_and_fingerprint(code: str) -> tuple[bytes, str]:
    """The signed card of one of our authorities, and the fingerprint to tell the partner."""
    from django.conf import settings  # noqa: PLC0415 - the framework is set up by now

    from comity.authorities.actions import own_card  # noqa: PLC0415

    keys = settings.COMITY.keys()
    return own_card(code, keys), keys.signer(code).public.fingerprint


def _first_sign_in(person: OfficerEntry) -> dict[str, str]:
    from allauth.mfa.totp.internal.auth import generate_totp_secret  # noqa: PLC0415

    return {
        "username": person.username,
        "password": person.password or secrets.token_urlsafe(15),
        "totp_secret": person.totp_secret or generate_totp_secret(),
    }


def _private(path: Path, data: bytes) -> None:
    """Write a file that only the node's own user may read."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as sink:
        sink.write(data)
        sink.flush()
        os.fsync(sink.fileno())
