"""TLS to one partner: the only certificate accepted is the one of its directory entry, byte for byte."""

import os
import ssl
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from comity.exchange.lapses import BOXES, Lapse
from comity.values.errors import InvalidInputError

EXPIRY_GRACE = BOXES[Lapse.PARTNER_TLS]
"""For how long after its end a pinned certificate is still taken. It is compared byte for byte and messages are known
by their signatures: its date alone must not cut two States off. It is flagged on both sides (`lapses`)."""
NO_CHECK_TIME = 0x200000
"""X509_V_FLAG_NO_CHECK_TIME of OpenSSL, which Python does not name: the time is checked here, with the grace."""


def usable(certificates: str, at: datetime) -> list[x509.Certificate]:
    """Of a partner's PEM certificates those that have not ended longer ago than the grace."""
    held = x509.load_pem_x509_certificates(certificates.encode())
    return [one for one in held if one.not_valid_after_utc + EXPIRY_GRACE >= at]


def check_no_time(context: ssl.SSLContext) -> None:
    """Let OpenSSL leave the dates to us."""
    context.verify_flags = ssl.VerifyFlags(int(context.verify_flags) | NO_CHECK_TIME)


class PinnedContext(ssl.SSLContext):
    """A client context that trusts one certificate, or the one and its successor, compared in full after the handshake.

    Host names are not compared: the certificate itself is the name. The comparison happens before a byte of the
    request is sent; a certificate that the pinned key merely signed is therefore refused too.
    """

    pinned: Mapping[bytes, datetime]
    """Each certificate with its end."""
    clock: Callable[[], datetime] | None

    def wrap_socket(self, *args: Any, **options: Any) -> ssl.SSLSocket:
        wrapped = super().wrap_socket(*args, **options)
        end = self.pinned.get(wrapped.getpeercert(binary_form=True) or b"")
        if end is None or (self.clock is not None and end + EXPIRY_GRACE < self.clock()):
            wrapped.close()
            what = "ended too long ago" if end else "is not the one in the directory"
            raise ssl.SSLCertVerificationError(f"the partner's certificate {what}")
        return wrapped

    def wrap_bio(self, *_args: Any, **_options: Any) -> ssl.SSLObject:
        raise ssl.SSLError("a pinned connection is made on a socket only")


def pinned_context(
    certificate: str, *, own_key: bytes, own_certificate: bytes, clock: Callable[[], datetime] | None = None
) -> PinnedContext:
    """A TLS 1.3 client context for the partner with this PEM certificate, presenting ours.

    With a clock a certificate that ended is taken for EXPIRY_GRACE more; without, not a moment.
    While a partner's certificate changes, its card carries both: the one in use and the next.

    Raises InvalidInputError `transport:certificate-form` when the directory's certificate cannot be read.
    """
    context = PinnedContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.check_hostname = False
    context.verify_mode = ssl.CERT_REQUIRED
    context.verify_flags |= ssl.VerifyFlags.VERIFY_X509_PARTIAL_CHAIN
    if clock is not None:
        check_no_time(context)
    try:
        held = x509.load_pem_x509_certificates(certificate.encode())
        context.pinned = {one.public_bytes(Encoding.DER): one.not_valid_after_utc for one in held}
        context.clock = clock
        context.load_verify_locations(cadata=b"".join(context.pinned))
    except ValueError as error:
        raise InvalidInputError(
            "The partner's TLS certificate in the directory is not a PEM certificate.",
            code="transport:certificate-form",
        ) from error
    load_own(context, own_key=own_key, own_certificate=own_certificate)
    return context


def load_own(context: ssl.SSLContext, *, own_key: bytes, own_certificate: bytes) -> None:
    """Give a context our key and certificate (PEM); OpenSSL reads files only, so they pass through memory files."""
    memory = os.memfd_create("tls")
    try:
        os.write(memory, own_key.rstrip() + b"\n" + own_certificate)
        context.load_cert_chain(f"/proc/self/fd/{memory}")
    finally:
        os.close(memory)
