"""The certificate with which a hub answers phones on the store's guest Wi-Fi: checked, kept, and looked at again.

Nothing is kept that phones would refuse. Key and chain lie in one file of the data directory, for its owner alone: a
renewal that is cut off, or read while it is written, leaves no key beside another's certificate.

Sources: PEM, RFC 7468; which names a certificate is for, RFC 9525, 6.3 (a wildcard is one whole label, the first).
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID

from clienteling.domain.errors import ClientelingError
from clienteling.settings import DeviceSettings, certificate_file
from sync.protocol.private_files import write_durably

MIN_RSA_BITS: Final = 2048
CURVES: Final = frozenset({"secp256r1", "secp384r1"})
"""What browsers on phones take."""
MAX_BYTES: Final = 262_144
_CERTIFICATE: Final = b"-----BEGIN CERTIFICATE-----"
_KEY: Final = b"PRIVATE KEY-----"
_LOCKED: Final = (b"-----BEGIN ENCRYPTED PRIVATE KEY-----", b"Proc-Type: 4,ENCRYPTED")


class CertificateRefused(ClientelingError):
    """Phones would refuse it, or it cannot be read.

    Codes: hub.certificate_unreadable, hub.certificate_is_key, hub.key_unreadable, hub.key_is_certificate,
    hub.key_encrypted (field `file`); hub.key_of_another, hub.key_kind, hub.key_short (`bits`); hub.chain_order;
    hub.certificate_other_host (`host`, `names`), hub.certificate_not_for_servers, hub.certificate_ended,
    hub.certificate_not_yet (`date`); hub.no_label_host.
    """

    code = "hub.certificate_unreadable"


@dataclass(frozen=True, slots=True)
class CheckedCertificate:
    """One that phones take. `pem`: key and chain; `warnings`: message keys of what some phones may dislike."""

    pem: bytes = field(repr=False)
    ends_at: datetime
    warnings: tuple[str, ...] = ()


def label_host(settings: DeviceSettings) -> str:
    """The host that labels carry. Raises CertificateRefused (hub.no_label_host)."""
    host = settings.own_hosts[0].lower().removesuffix(".") if settings.own_hosts else ""
    if not host:
        raise CertificateRefused("hub.no_label_host")
    return host


def read_pem(path: Path) -> bytes:
    """A file's content; no more than MAX_BYTES of it, which no certificate needs. Raises OSError."""
    with path.open("rb") as file:
        return file.read(MAX_BYTES)


def check_files(certificate: Path, key: Path, *, host: str, at: datetime) -> CheckedCertificate:
    """The certificate of these two files for phones that open `host`. Raises CertificateRefused, OSError."""
    chain = _chain(read_pem(certificate), str(certificate))
    return _checked(chain, _key(read_pem(key), str(key)), host=host, at=at)


def install(data_dir: Path, certificate: CheckedCertificate) -> bool:
    """Whether there was none before. Writes the one file, durably."""
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = certificate_file(data_dir)
    is_first = not path.exists()
    write_durably(path, certificate.pem)
    return is_first


def remove(data_dir: Path) -> bool:
    """Whether there was one; it is gone now."""
    try:
        certificate_file(data_dir).unlink()
    except FileNotFoundError:
        return False
    return True


def look_at_installed(data_dir: Path, *, host: str, at: datetime) -> CheckedCertificate | CertificateRefused | None:
    """The one that is installed, or why phones refuse it by now; None where there is none. Raises OSError."""
    path = certificate_file(data_dir)
    try:
        content = read_pem(path)
    except FileNotFoundError:
        return None
    try:
        return _checked(_chain(content, path.name), _key(content, path.name), host=host, at=at)
    except CertificateRefused as problem:
        return problem


@contextmanager
def _refusing(code: str, file: str) -> Iterator[None]:
    """Has what the library cannot read refused under our code."""
    try:
        yield
    except (ValueError, TypeError, UnsupportedAlgorithm, x509.InvalidVersion, x509.DuplicateExtension) as error:
        raise CertificateRefused(code, file=file) from error


def _chain(content: bytes, file: str) -> tuple[x509.Certificate, ...]:
    if _CERTIFICATE not in content and _KEY in content:
        raise CertificateRefused("hub.certificate_is_key", file=file)
    with _refusing("hub.certificate_unreadable", file):
        chain = tuple(x509.load_pem_x509_certificates(content))
        for one in chain:
            one.public_key(), one.extensions  # read when asked for, and only here is the file known
        return chain


def _key(content: bytes, file: str) -> RSAPrivateKey | EllipticCurvePrivateKey:
    if _KEY not in content and _CERTIFICATE in content:
        raise CertificateRefused("hub.key_is_certificate", file=file)
    if any(mark in content for mark in _LOCKED):
        raise CertificateRefused("hub.key_encrypted", file=file)
    with _refusing("hub.key_unreadable", file):
        key = load_pem_private_key(content, password=None)
    match key:
        case RSAPrivateKey():
            if key.key_size < MIN_RSA_BITS:
                raise CertificateRefused("hub.key_short", bits=key.key_size)
            return key
        case EllipticCurvePrivateKey() if key.curve.name in CURVES:
            return key
        case _:
            raise CertificateRefused("hub.key_kind")


def _checked(
    chain: Sequence[x509.Certificate], key: RSAPrivateKey | EllipticCurvePrivateKey, *, host: str, at: datetime
) -> CheckedCertificate:
    own = chain[0]
    if own.public_key() != key.public_key():
        is_elsewhere = any(one.public_key() == key.public_key() for one in chain[1:])
        raise CertificateRefused("hub.chain_order" if is_elsewhere else "hub.key_of_another")
    _refuse_broken(chain)
    names = _names(own)
    if not is_for(host, names):
        raise CertificateRefused("hub.certificate_other_host", host=host, names=", ".join(names) or "-")
    if not _may_serve(own):
        raise CertificateRefused("hub.certificate_not_for_servers")
    # A root at the chain's end is the phone's own matter, and may be past its end there.
    relied_on = [one for one in chain if one is own or one.issuer != one.subject]
    starts_at = max(one.not_valid_before_utc for one in relied_on)
    ends_at = min(one.not_valid_after_utc for one in relied_on)
    if at >= ends_at:
        raise CertificateRefused("hub.certificate_ended", date=f"{ends_at:%Y-%m-%d}")
    if at < starts_at:
        raise CertificateRefused("hub.certificate_not_yet", date=f"{starts_at:%Y-%m-%d}")
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    pem += b"".join(one.public_bytes(Encoding.PEM) for one in chain)
    return CheckedCertificate(pem, ends_at, _warnings(chain))


def _refuse_broken(chain: Sequence[x509.Certificate]) -> None:
    for issued, issuer in pairwise(chain):
        try:
            issued.verify_directly_issued_by(issuer)
        except (ValueError, TypeError, InvalidSignature) as error:
            raise CertificateRefused("hub.chain_order") from error


def _warnings(chain: Sequence[x509.Certificate]) -> tuple[str, ...]:
    if len(chain) > 1:
        return ()
    is_own_issuer = chain[0].issuer == chain[0].subject
    return ("hub.certificate_self_signed" if is_own_issuer else "hub.certificate_alone",)


def _names(certificate: x509.Certificate) -> tuple[str, ...]:
    """The hosts it is for. Browsers read no other field."""
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ()
    return tuple(names.get_values_for_type(x509.DNSName))


def is_for(host: str, names: Sequence[str]) -> bool:
    """Whether one of the names is the host's, or a wildcard for its first label."""
    _, _, parent = host.partition(".")
    wanted = {host, f"*.{parent}"} if "." in parent else {host}
    return any(name.lower().removesuffix(".") in wanted for name in names)


def _may_serve(certificate: x509.Certificate) -> bool:
    try:
        uses = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return True
    return ExtendedKeyUsageOID.SERVER_AUTH in uses or ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE in uses
