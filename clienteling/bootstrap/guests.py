"""How a hub comes to answer phones on the store's guest Wi-Fi: where a certificate is installed, beside the app."""

import logging
from collections.abc import Iterator

from starlette.types import ASGIApp

from clienteling.bootstrap.app import ToldOfGuests
from clienteling.domain.errors import ClientelingError
from clienteling.hosting.guests import (
    GuestLimits,
    GuestServer,
    GuestsUnanswered,
    PageAlone,
    ToHttps,
    https_url,
    listen,
)
from clienteling.hosting.served_certificate import CertificateUnusable, ServedCertificate
from clienteling.settings import DeviceSettings, certificate_file
from clienteling.shelf_certificate import CertificateRefused, label_host
from sync.protocol.times import Clock

CONNECTIONS_A_REQUEST = 3
"""Browsers open six for a page and its pictures, which count for two requests."""

log = logging.getLogger(__name__)


def guest_servers(
    settings: DeviceSettings, page: ASGIApp, *, tell: ToldOfGuests, now: Clock
) -> tuple[GuestServer, ...]:
    """Servers of the customer's page over TLS, and of the way there without; none where no certificate is installed.

    Takes the ports. What goes wrong is told and logged: the app matters more.
    """
    if not certificate_file(settings.data_dir).exists():
        return ()
    return tuple(_servers(settings, page, tell=tell, now=now))


def _servers(settings: DeviceSettings, page: ASGIApp, *, tell: ToldOfGuests, now: Clock) -> Iterator[GuestServer]:
    limits = GuestLimits(connections_a_minute=CONNECTIONS_A_REQUEST * settings.shelf_requests_a_minute)
    try:
        host = label_host(settings)
        certificate = ServedCertificate(certificate_file(settings.data_dir), now=now)
        listening = listen(settings.shelf_bind, settings.shelf_port)
    except (CertificateRefused, CertificateUnusable, GuestsUnanswered) as error:
        _say(error, tell)
        return
    yield GuestServer(PageAlone(page), listening, certificate=certificate, limits=limits)
    tell.answered(https_url(host, settings.shelf_port))
    if settings.shelf_http_port:
        try:
            without_tls = listen(settings.shelf_bind, settings.shelf_http_port)
        except GuestsUnanswered as error:
            _say(error, tell)
            return
        yield GuestServer(ToHttps(host, settings.shelf_port), without_tls, limits=limits.for_less())


def _say(error: ClientelingError, tell: ToldOfGuests) -> None:
    log.warning("guests are not answered", extra={"code": error.code})
    tell.unanswered(error)
