"""Certificates made for tests: an authority that nobody trusts unless told to, and what it signs."""

import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.types import CertificateIssuerPrivateKeyTypes
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from sync.protocol.times import utc_now

HOST: Final = "toko.example"
SERVER: Final = ExtendedKeyUsageOID.SERVER_AUTH


def pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.PEM)


def key_pem(key: CertificateIssuerPrivateKeyTypes, *, passphrase: str = "") -> bytes:
    locked = BestAvailableEncryption(passphrase.encode()) if passphrase else NoEncryption()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, locked)


def _name(common: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])


@dataclass(frozen=True, slots=True)
class Issued:
    """A certificate with its key. `issuer`: who signed it, None where it is its own."""

    certificate: x509.Certificate
    key: CertificateIssuerPrivateKeyTypes
    issuer: "Issued | None" = None

    @property
    def chain(self) -> bytes:
        """Itself and its issuers, in order."""
        return pem(self.certificate) + (self.issuer.chain if self.issuer is not None else b"")

    def files(self, folder: Path, name: str = "toko") -> tuple[Path, Path]:
        """The chain's file and the key's."""
        chain, key = folder / f"{name}-chain.pem", folder / f"{name}-key.pem"
        chain.write_bytes(self.chain)
        key.write_bytes(key_pem(self.key))
        return chain, key

    def trusting(self) -> ssl.SSLContext:
        """What a phone's TLS has that trusts this authority and no other."""
        return ssl.create_default_context(cadata=pem(self.certificate).decode())


def issue(
    name: str = HOST,
    *,
    issuer: Issued | None = None,
    hosts: Sequence[str] | None = None,
    key: CertificateIssuerPrivateKeyTypes | None = None,
    starts_at: datetime | None = None,
    lasts: timedelta = timedelta(days=90),
    uses: Sequence[x509.ObjectIdentifier] = (SERVER,),
    is_authority: bool = False,
) -> Issued:
    """A certificate that began an hour ago, signed by `issuer` or by itself. `hosts`: `name` unless given."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    starts_at = starts_at or utc_now() - timedelta(hours=1)
    signer = issuer.key if issuer is not None else key
    signed_by = issuer.certificate.subject if issuer is not None else _name(name)
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(name))
        .issuer_name(signed_by)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(starts_at)
        .not_valid_after(starts_at + lasts)
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
    )
    if is_authority:
        signs = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
        builder = builder.add_extension(signs, critical=True)
    else:
        names = [x509.DNSName(one) for one in (hosts if hosts is not None else [name])]
        if names:
            builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        if uses:
            builder = builder.add_extension(x509.ExtendedKeyUsage(uses), critical=False)
    return Issued(builder.sign(signer, hashes.SHA256()), key, issuer)


def authority(name: str = "Authority", *, issuer: Issued | None = None, lasts_days: int = 3_650) -> Issued:
    """One that may sign others."""
    return issue(name, issuer=issuer, lasts=timedelta(days=lasts_days), is_authority=True)
