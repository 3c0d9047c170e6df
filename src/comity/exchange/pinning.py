"""TLS to one partner: the only certificate accepted is the one of its directory entry, byte for byte."""

import os
import ssl
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from comity.values.errors import InvalidInputError


class PinnedContext(ssl.SSLContext):
    """A client context that trusts one certificate, or the one and its successor, compared in full after the handshake.

    Host names are not compared: the certificate itself is the name. The comparison happens before a byte of the
    request is sent; a certificate that the pinned key merely signed is therefore refused too.
    """

    pinned: frozenset[bytes]

    def wrap_socket(self, *args: Any, **options: Any) -> ssl.SSLSocket:
        wrapped = super().wrap_socket(*args, **options)
        if wrapped.getpeercert(binary_form=True) not in self.pinned:
            wrapped.close()
            raise ssl.SSLCertVerificationError("the partner's certificate is not the one in the directory")
        return wrapped

    def wrap_bio(self, *_args: Any, **_options: Any) -> ssl.SSLObject:
        raise ssl.SSLError("a pinned connection is made on a socket only")


def pinned_context(certificate: str, *, own_key: bytes, own_certificate: bytes) -> PinnedContext:
    """A TLS 1.3 client context for the partner with this PEM certificate, presenting ours.

    While a partner's certificate changes, its card carries both: the one in use and the next.

    Raises InvalidInputError `transport:certificate-form` when the directory's certificate cannot be read.
    """
    context = PinnedContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.check_hostname = False
    context.verify_mode = ssl.CERT_REQUIRED
    context.verify_flags |= ssl.VerifyFlags.VERIFY_X509_PARTIAL_CHAIN
    try:
        held = [one.public_bytes(Encoding.DER) for one in x509.load_pem_x509_certificates(certificate.encode())]
        context.pinned = frozenset(held)
        context.load_verify_locations(cadata=b"".join(held))
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
