"""The certificate by which tablets know a hub: one that the retailer brings, or a local authority's.

A local authority is made for one hub: by its constraints it can vouch for that host and for nothing else, so that a
tablet that trusts it trusts nobody more. Its key is kept with the device's secrets. Source: RFC 5280, 4.2.1.10.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from sync.protocol.private_files import write_durably

CERTIFICATE_FILE: Final = "hub-certificate.pem"
AUTHORITY_FILE: Final = "hub-authority.crt"
AUTHORITY_YEARS: Final = 10
HOLDS_FOR: Final = timedelta(days=397)
"""What browsers take at most of a certificate that is new."""
RENEWED_BEFORE: Final = timedelta(days=60)
_CLOCKS_DIFFER_BY: Final = timedelta(days=1)

Address = IPv4Address | IPv6Address


@dataclass(frozen=True, slots=True)
class Authority:
    """A local authority: its certificate and its key, both PEM."""

    certificate: bytes
    key: bytes = field(repr=False)


def make_authority(host: str, *, at: datetime) -> Authority:
    """An authority for that host alone: a name, or an address of IP."""
    key = generate_private_key(SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Clienteling hub {host}"[:64])])
    usage = x509.KeyUsage(
        digital_signature=False, content_commitment=False, key_encipherment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=True, crl_sign=True, encipher_only=False, decipher_only=False,
    )  # fmt: skip
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - _CLOCKS_DIFFER_BY)
        .not_valid_after(at + timedelta(days=365 * AUTHORITY_YEARS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.NameConstraints([_constraint(host)], None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    return Authority(builder.sign(key, SHA256()).public_bytes(Encoding.PEM), _pem(key))


def issue(authority: Authority, host: str, *, at: datetime) -> bytes:
    """Key and chain in PEM for a server at that host, for HOLDS_FOR."""
    issuer = x509.load_pem_x509_certificate(authority.certificate)
    signer = load_pem_private_key(authority.key, password=None)
    assert isinstance(signer, EllipticCurvePrivateKey)
    key = generate_private_key(SECP256R1())
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host[:64])]))
        .issuer_name(issuer.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(at - _CLOCKS_DIFFER_BY)
        .not_valid_after(min(at + HOLDS_FOR - _CLOCKS_DIFFER_BY, issuer.not_valid_after_utc))
        .add_extension(x509.SubjectAlternativeName([_name(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
    )
    own = builder.sign(signer, SHA256())
    return _pem(key) + own.public_bytes(Encoding.PEM) + authority.certificate


def keep(data_dir: Path, pem: bytes) -> None:
    """Nothing; tablets are shown this certificate from now on. For its owner alone."""
    write_durably(data_dir / CERTIFICATE_FILE, pem)


def is_due(data_dir: Path, *, at: datetime) -> bool:
    """Whether the certificate that is kept ends soon. Raises OSError, ValueError."""
    return end_of(data_dir) - at < RENEWED_BEFORE


def end_of(data_dir: Path) -> datetime:
    """When the certificate that is kept ends. Raises OSError, ValueError."""
    return _own(data_dir).not_valid_after_utc


def is_own_authoritys(data_dir: Path) -> bool:
    """Whether the local authority issued the certificate that is kept. Raises OSError, ValueError."""
    try:
        authority = x509.load_pem_x509_certificate((data_dir / AUTHORITY_FILE).read_bytes())
    except FileNotFoundError:
        return False
    return _own(data_dir).issuer == authority.subject


def _own(data_dir: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificates((data_dir / CERTIFICATE_FILE).read_bytes())[0]


def _address(host: str) -> Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _name(host: str) -> x509.GeneralName:
    address = _address(host)
    return x509.IPAddress(address) if address is not None else x509.DNSName(host)


def _constraint(host: str) -> x509.GeneralName:
    address = _address(host)
    return x509.IPAddress(ip_network(address)) if address is not None else x509.DNSName(host)


def _pem(key: EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
