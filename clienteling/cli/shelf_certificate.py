"""`clienteling hub shelf-certificate`: install, show and remove what a hub answers guests' phones with."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, assert_never

import typer

from clienteling.cli.options import DataDir
from clienteling.cli.printing import say
from clienteling.domain.certificate_end import days_left, ends_soon
from clienteling.settings import DeviceSettings, read_settings
from sync.protocol.times import utc_now

_INSTALL_AGAIN = 'clienteling hub install --data-dir "{folder}"'


def shelf_certificate(
    certificate: Annotated[
        Path | None, typer.Option("--certificate", help="PEM: the label host's own certificate, then its issuers'.")
    ] = None,
    key: Annotated[Path | None, typer.Option("--key", help="PEM: its key, without a passphrase.")] = None,
    remove: Annotated[bool, typer.Option("--remove", help="Take the installed one away.")] = False,
    data_dir: DataDir = None,
) -> None:
    """Have the hub answer phones on the guest Wi-Fi with this certificate; with no option, show the installed one."""
    settings = read_settings(data_dir)
    if remove:
        if certificate or key:
            raise typer.BadParameter("--certificate, --key", param_hint="--remove")
        _remove(settings)
    elif certificate and key:
        _install(settings, certificate, key, at=utc_now())
    elif certificate or key:
        raise typer.BadParameter("KEY.pem" if certificate else "CHAIN.pem", param_hint="--key, --certificate")
    else:
        _show(settings, at=utc_now())


def _install(settings: DeviceSettings, certificate: Path, key: Path, *, at: datetime) -> None:
    from clienteling.shelf_certificate import check_files, install, label_host

    host = label_host(settings)
    checked = check_files(certificate, key, host=host, at=at)
    is_first = install(settings.data_dir, checked)
    say("hub.certificate_installed", host=host, date=f"{checked.ends_at:%Y-%m-%d}")
    for warning in checked.warnings:
        say(warning)
    _say_its_end(checked.ends_at, at)
    if is_first:
        folder = settings.data_dir.absolute()
        say("hub.certificate_first", command=_INSTALL_AGAIN.format(folder=folder))
    else:
        say("hub.certificate_renewed")


def _remove(settings: DeviceSettings) -> None:
    from clienteling.shelf_certificate import remove

    say("hub.certificate_removed" if remove(settings.data_dir) else "hub.certificate_none")


def _show(settings: DeviceSettings, *, at: datetime) -> None:
    from clienteling.shelf_certificate import CertificateRefused, CheckedCertificate, label_host, look_at_installed

    host = label_host(settings)
    installed = look_at_installed(settings.data_dir, host=host, at=at)
    match installed:
        case None:
            say("hub.certificate_none")
        case CertificateRefused():
            raise installed
        case CheckedCertificate():
            say("hub.certificate_installed", host=host, date=f"{installed.ends_at:%Y-%m-%d}")
            _say_its_end(installed.ends_at, at)
        case _:
            assert_never(installed)


def _say_its_end(ends_at: datetime, at: datetime) -> None:
    if ends_soon(ends_at, at):
        say("hub.certificate_ends_soon", count=days_left(ends_at, at))
