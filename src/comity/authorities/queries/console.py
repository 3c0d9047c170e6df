"""Who stands at the node's console while nothing can be written: password and one-time code, without counting tries.

Tries and used codes are counted by whoever asks, in the journal that stands in for the ledger.
"""

from collections.abc import Callable
from datetime import datetime

from allauth.mfa import app_settings
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from allauth.mfa.utils import decrypt
from django.contrib.auth.hashers import check_password, make_password
from django.core.cache import cache
from django.db import DatabaseError
from django.utils.crypto import constant_time_compare

from comity.authorities.models import Officer
from comity.values.errors import SignInError


def officer_at_console(
    username: str, password: str, code: str, at: datetime, used: Callable[[str], int]
) -> tuple[Officer, int]:
    """The active officer whose password and code these are, and the code's time step; nothing is written.

    `used` answers for an officer's id the latest time step whose code was given before: it and all before it are
    refused. One answer for every failure, so that nothing is learned from it: SignInError.
    """
    officer = Officer.objects.filter(username__iexact=username.strip(), office__isnull=False).first()
    if officer is None:
        make_password(password)  # as long as a password that is looked at
        raise _wrong()
    right = check_password(password, officer.password)
    step = _step_of(officer, code.strip(), at)
    if not (right and officer.is_active and step and step > used(str(officer.id))):
        raise _wrong()
    return officer, step


def _wrong() -> SignInError:
    return SignInError("User name, password or one-time code is wrong. Nothing was shown.", code="session:wrong")


def _step_of(officer: Officer, code: str, at: datetime) -> int:
    """The time step of a code that holds and was not used at sign-in; 0 for any other."""
    device = Authenticator.objects.filter(user=officer, type=Authenticator.Type.TOTP).first()
    if device is None or _used_at_sign_in(device, code):
        return 0
    secret, now = decrypt(device.data["secret"]), int(at.timestamp()) // app_settings.TOTP_PERIOD
    steps = range(now - app_settings.TOTP_TOLERANCE, now + app_settings.TOTP_TOLERANCE + 1)
    found = [step for step in steps if constant_time_compare(code, format_hotp_value(hotp_value(secret, step)))]
    return max(found, default=0)


def _used_at_sign_in(device: Authenticator, code: str) -> bool:
    try:
        return cache.get(TOTP(device)._get_used_cache_key(code)) is not None  # noqa: SLF001 - the library's own mark
    except DatabaseError:  # an ended mark is removed by reading it, which this database does not take
        return False
