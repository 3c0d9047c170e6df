"""Addresses of dossiers, items, releases and messages: everything has one."""

from typing import Any

from django.urls import reverse

from comity.values.errors import InvalidInputError, MissingError
from comity.values.reference import Kind, Reference


def read(text: str, kind: Kind) -> Reference:
    """The reference in an address; anything else is as missing as what may not be seen."""
    try:
        found = Reference.parse(text)
    except InvalidInputError as error:
        raise MissingError from error
    if found.kind is not kind:
        raise MissingError
    return found


def dossier_href(reference: Any) -> str:
    return reverse("dossier", args=[str(reference)])


def item_href(reference: Any) -> str:
    return reverse("item", args=[str(reference)])


def release_href(reference: Any) -> str:
    return reverse("release", args=[str(reference)])


def message_href(dossier: Any, digest: str) -> str:
    return reverse("message", args=[str(dossier), digest])
