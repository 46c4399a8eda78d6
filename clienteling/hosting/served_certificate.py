"""The certificate that phones or tablets are shown: looked at again while a hub runs, so that a renewed one is used."""

import logging
import ssl
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509

from clienteling.domain.errors import ClientelingError
from sync.protocol.times import Clock

SAID_EVERY: Final = timedelta(days=1)
LOOKED_AT_EVERY_TICKS: Final = 10
"""By a server whose certificate it is; uvicorn ticks ten times a second."""

log = logging.getLogger(__name__)


class CertificateUnusable(ClientelingError):
    """The installed file is no certificate with its key."""

    code = "hub.shelf_certificate_unusable"


class ServedCertificate:
    """What new connections are begun with.

    context  for a server, all its life: each handshake is shown what is in the file then, and fails where nothing is
    shown    the certificate's own context; None once it was taken away

    A context of its own for each certificate: one that is loaded into a context in use stays beside the one before
    where their keys are of different kinds, and phones may be shown either.
    """

    def __init__(self, path: Path, *, now: Clock) -> None:
        """`path`: key and chain in PEM. Raises CertificateUnusable."""
        self._path, self._now = path, now
        self._seen = _stamp(path)
        self._said_at: datetime | None = None
        self.shown: ssl.SSLContext | None
        self.shown, self.ends_at = _load(path)
        self.context = _empty()
        self.context.sni_callback = self._show  # called for every handshake, whether or not it names a host

    def look_again(self) -> None:
        """Nothing; a file that changed is used from now on, and one that ended is logged once a day. Reads the disk."""
        seen = _stamp(self._path)
        if seen != self._seen:
            self._seen = seen
            self._take_over(is_gone=seen is None)
        now = self._now()
        if now >= self.ends_at and (self._said_at is None or now - self._said_at >= SAID_EVERY):
            self._said_at = now
            log.warning("browsers refuse the certificate by now", extra={"code": "hub.certificate_ended"})

    def _show(self, connection: ssl.SSLObject, host: str | None, context: ssl.SSLContext) -> int | None:
        if self.shown is None:
            return ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME
        connection.context = self.shown
        return None

    def _take_over(self, *, is_gone: bool) -> None:
        if is_gone:
            self.shown = None
            log.info("the certificate was taken away", extra={"code": "hub.certificate_removed"})
            return
        try:
            self.shown, self.ends_at = _load(self._path)
        except CertificateUnusable as error:
            log.warning("the new certificate is not used", extra={"code": error.code})
            return
        self._said_at = None
        log.info("another certificate is used", extra={"code": "hub.certificate_renewed"})


def _stamp(path: Path) -> tuple[int, int, int] | None:
    """What is another for every file that is put there; None without one."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size


def _empty() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    return context


def _load(path: Path) -> tuple[ssl.SSLContext, datetime]:
    context = _empty()
    try:
        context.load_cert_chain(path)
        own = x509.load_pem_x509_certificates(path.read_bytes())[0]
    except (OSError, ValueError) as error:
        raise CertificateUnusable(file=path.name) from error
    return context, own.not_valid_after_utc
