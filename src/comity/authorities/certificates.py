"""X.509 certificates a node makes for itself: the office's document seal and the exchange port's TLS."""

from datetime import datetime, timedelta
from ipaddress import ip_address

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

VALID_DAYS = 730


def _pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _name(state: str, organisation: str, common: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, state),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation[:64]),
            x509.NameAttribute(NameOID.COMMON_NAME, common[:64]),
        ]
    )


def _builder(subject: x509.Name, key: ec.EllipticCurvePrivateKey, at: datetime) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - timedelta(days=1))
        .not_valid_after(at + timedelta(days=VALID_DAYS))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def issue_office_seal(state: str, organisation: str, at: datetime) -> tuple[bytes, bytes]:
    """A self-signed ECDSA P-256 seal for the documents of one authority: private key and certificate, PEM.

    A State with a trust service of its own replaces it; partners rely on the fingerprint in the directory.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=True,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    certificate = (
        _builder(_name(state, organisation, f"Seal of {organisation}"), key, at)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .sign(key, hashes.SHA256())
    )
    return _pem(key), certificate.public_bytes(serialization.Encoding.PEM)


def _alternative(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def issue_tls(host: str, at: datetime, *others: str) -> tuple[bytes, bytes]:
    """The exchange port's TLS key and certificate, PEM; partners pin exactly this certificate.

    `host` is the one of the endpoint partners call; `others` are further names under which the port is reached.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    alternatives = [_alternative(name) for name in dict.fromkeys((host, *others))]
    # Two nodes of one host name must differ in their subjects: a verifier finds the issuer by subject.
    own = x509.SubjectKeyIdentifier.from_public_key(key.public_key()).digest.hex()
    subject = [x509.NameAttribute(NameOID.COMMON_NAME, host[:64]), x509.NameAttribute(NameOID.SERIAL_NUMBER, own)]
    certificate = (
        _builder(x509.Name(subject), key, at)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .add_extension(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False
        )
        .sign(key, hashes.SHA256())
    )
    return _pem(key), certificate.public_bytes(serialization.Encoding.PEM)


def valid_until(certificate: bytes) -> datetime:
    """The last moment of a PEM certificate."""
    return x509.load_pem_x509_certificate(certificate).not_valid_after_utc


def last_valid(certificates: bytes) -> datetime | None:
    """The last moment at which one of several PEM certificates is valid; None where they cannot be read."""
    try:
        return max(one.not_valid_after_utc for one in x509.load_pem_x509_certificates(certificates))
    except ValueError:
        return None
