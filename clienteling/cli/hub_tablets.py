"""`clienteling hub init` and the browsers of a hub: how the store's tablets come to it."""

from pathlib import Path
from typing import Annotated

import typer

from clienteling import command_line_text
from clienteling.cli.options import AsJson, DataDir
from clienteling.cli.printing import out, print_json, say
from clienteling.domain.errors import NotFound
from clienteling.settings import checked_app_url, checked_hub_host, read_settings, remember
from sync.protocol.spoken_codes import show_one_time_code
from sync.protocol.times import utc_now

_SYSTEMS = ("android", "ipados", "windows", "macos", "linux")


def _host(given: str) -> str:
    try:
        return checked_hub_host(given)
    except ValueError as error:
        raise typer.BadParameter(given) from error


def init(
    host: Annotated[
        str, typer.Option("--host", callback=_host, help="Where tablets find this machine: a name or an IP address.")
    ],
    certificate: Annotated[
        Path | None, typer.Option("--certificate", help="PEM: that host's own certificate, then its issuers'.")
    ] = None,
    key: Annotated[Path | None, typer.Option("--key", help="PEM: its key, without a passphrase.")] = None,
    port: Annotated[
        int | None, typer.Option("--port", min=1, max=65535, help="Where they find it there, with TLS [8443].")
    ] = None,
    data_dir: DataDir = None,
) -> None:
    """Have the hub answer the store's tablets with TLS: by your own certificate, or by a local authority's."""
    from clienteling.bootstrap.device import secret_store
    from clienteling.bootstrap.tablets import begin_local_authority
    from clienteling.hub_certificate import AUTHORITY_FILE, CERTIFICATE_FILE, keep
    from clienteling.secrets import HUB_AUTHORITY
    from clienteling.shelf_certificate import check_files

    if bool(certificate) != bool(key):
        raise typer.BadParameter("KEY.pem" if certificate else "CHAIN.pem", param_hint="--key, --certificate")
    before = read_settings(data_dir)
    settings = read_settings(data_dir, hub_host=host, hub_port=port)
    is_known = (before.hub_host, before.hub_port) == (settings.hub_host, settings.hub_port)
    is_used_at_once = is_known and (settings.data_dir / CERTIFICATE_FILE).exists()
    settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    secrets = secret_store(settings)
    if certificate and key:
        checked = check_files(certificate, key, host=host, at=utc_now())
        secrets.forget(HUB_AUTHORITY)
        keep(settings.data_dir, checked.pem)
        say("hub.certificate_installed", host=host, date=f"{checked.ends_at:%Y-%m-%d}")
    else:
        begin_local_authority(settings, secrets, host, at=utc_now)
        say("hub.authority_made", file=str((settings.data_dir / AUTHORITY_FILE).absolute()))
        for system in _SYSTEMS:
            say(f"hub.trust_{system}")
    remember(settings.data_dir, hub_host=host, **({"hub_port": str(port)} if port else {}))
    say("hub.init_again" if is_used_at_once else "hub.init_done", url=f"https://{host}:{settings.hub_port}")


def _app_url(given: str) -> str:
    try:
        return checked_app_url(given)
    except ValueError as error:
        raise typer.BadParameter(given) from error


def stand_in(
    address: Annotated[
        str, typer.Argument(callback=_app_url, help="On a hub: https://HOST:PORT where its tablets go on without it.")
    ] = "",
    hub_address: Annotated[
        str, typer.Option("--for", callback=_app_url, help="On the stand-in: https://HOST:PORT of its hub.")
    ] = "",
    remove: Annotated[bool, typer.Option("--remove", help="Neither has a stand-in, nor is one.")] = False,
    data_dir: DataDir = None,
) -> None:
    """Have tablets go on elsewhere while their hub is gone, and return once it is back; without options, say where."""
    settings = read_settings(data_dir)
    if address or hub_address or remove:
        remember(settings.data_dir, stand_in=address, stands_in_for=hub_address)
        settings = read_settings(data_dir)
    if settings.stand_in:
        say("hub.stand_in", url=settings.stand_in)
    if settings.stands_in_for:
        say("hub.stands_in_for", url=settings.stands_in_for)
    if not settings.stand_in and not settings.stands_in_for:
        say("hub.no_stand_in")


def browser_code(
    name: Annotated[str, typer.Option("--name", help="What people will call the tablet.")] = "",
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Print a code by which one tablet's browser may come in within ten minutes, once."""
    from clienteling.hosting.known_browsers import KnownBrowsers

    settings = read_settings(data_dir)
    if not settings.hub_host:
        raise NotFound("hub.not_begun")
    code = KnownBrowsers(settings.data_dir, now=utc_now).new_code(name)
    url = f"https://{settings.hub_host}:{settings.hub_port}"
    if as_json:
        print_json({"code": code, "url": url})
        return
    say("hub.browser_code", code=show_one_time_code(code), url=url)


def browsers(data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """List the browsers that may come in, and when they were last here."""
    from clienteling.hosting.known_browsers import KnownBrowsers

    known = KnownBrowsers(read_settings(data_dir).data_dir, now=utc_now).all()
    if as_json:
        print_json(known)
        return
    if not known:
        say("hub.no_browsers")
    words = command_line_text.translator()
    for one in known:
        seen = command_line_text.local_time(one.seen_at)
        out.print(words.text("hub.browser", name=one.name or "-", seen=seen, id=one.id), markup=False)


def forget_browser(
    browser_id: Annotated[str, typer.Argument(help="The browser's id, as `hub browsers` tells it.")],
    data_dir: DataDir = None,
) -> None:
    """Let a browser in no more; where it is in, it is sent out within seconds."""
    from clienteling.hosting.known_browsers import KnownBrowsers

    if not KnownBrowsers(read_settings(data_dir).data_dir, now=utc_now).forget(browser_id.strip().lower()):
        raise NotFound("hub.no_such_browser")
    say("hub.browser_forgotten")
