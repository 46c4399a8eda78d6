"""Commands that serve until they are told to stop: the app, the demo shop, the central profile API."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from clienteling.cli.options import CentralUrl, DatabaseUrl, DataDir, KeyFilePath, Port, TokenFilePath
from clienteling.cli.printing import say
from clienteling.settings import assets_dir, default_data_dir, read_server_settings, read_settings, server_dir
from sync.protocol.times import utc_now

if TYPE_CHECKING:
    from sync.central_api.database import CentralDatabase

central = typer.Typer(invoke_without_command=True, no_args_is_help=False, help="The central profile API.")


def run_app(
    data_dir: DataDir = None,
    central_url: CentralUrl = None,
    token_file: TokenFilePath = None,
    key_file: KeyFilePath = None,
    web: Annotated[bool, typer.Option("--web", help="Serve browsers of this machine.")] = False,
    port: Port = 8550,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the browser (with --web).")] = True,
    demo_file: Annotated[Path | None, typer.Option("--demo", hidden=True)] = None,
) -> None:
    """Start the associate's app: its own window, or with --web for browsers of this machine.

    On a device that has not enrolled, its first screen asks for the server and a code.
    """
    from clienteling.bootstrap.app import run_app as run

    settings = read_settings(data_dir, central_url=central_url, key_file=key_file)
    run(
        settings,
        token_file=token_file,
        web=web,
        port=port,
        open_browser=browser,
        demo_file=demo_file,
        first_screen=True,
        when_serving=lambda url: say("cli.app_serving", url=url),
    )


def demo(
    data_dir: DataDir = None,
    reset: Annotated[bool, typer.Option("--reset", help="Start from the retailer's exports again.")] = False,
    desktop: Annotated[bool, typer.Option("--desktop", help="Ask for the program's own window.")] = False,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the browser.")] = True,
    port: Port = 8550,
) -> None:
    """Stand in a demo shop: a central profile API and two stores' devices on this machine."""
    from clienteling.demo import run_demo

    folder = data_dir or default_data_dir() / "demo"
    run_demo(folder, assets_dir() / "demo", reset=reset, desktop=desktop, open_browser=browser, port=port, say=say)


def _run_central(data_dir: Path | None, database_url: str | None, port: int) -> None:
    from clienteling.central_host import serve_central

    settings = read_server_settings(server_dir(data_dir))

    def ready(url: str) -> None:
        say("central.serving", url=url)
        say("central.shelf_serving", url=settings.shelf_url or url)
        if settings.shelf_url.startswith("https:") and not settings.trusted_proxies:
            say("central.no_trusted_proxy", url=settings.shelf_url)

    serve_central(settings, database_url, port=port, when_ready=ready)


@central.callback()
def central_default(
    context: typer.Context, data_dir: DataDir = None, database_url: DatabaseUrl = None, port: Port = 8552
) -> None:
    """Serve the central profile API on this machine (short for `central run`)."""
    if context.invoked_subcommand is None:
        _run_central(data_dir, database_url, port)


@central.command("run")
def central_run(data_dir: DataDir = None, database_url: DatabaseUrl = None, port: Port = 8552) -> None:
    """Serve the central profile API on 127.0.0.1."""
    _run_central(data_dir, database_url, port)


@central.command("add-device")
def central_add_device(
    store: Annotated[str, typer.Argument(help="The store's code, name or id.")],
    name: Annotated[str, typer.Option("--name", help="What people call the device.")],
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Register a device of a store and print its token, once."""
    from sync.central_api.devices import add_device

    if not name.strip():
        raise typer.BadParameter("NAME", param_hint="--name")
    with database_of_stores(data_dir, database_url) as database:
        token = add_device(database, store, name, now=utc_now)
    sys.stdout.write(f"{token}\n")


@contextmanager
def server_database(data_dir: Path | None, database_url: str | None) -> Iterator["CentralDatabase"]:
    """The server's database, its failures in sentences. Raises CentralUnusable, DatabaseNewer."""
    from clienteling.central_host import existing_database, translating

    with existing_database(server_dir(data_dir), database_url) as database, translating():
        yield database


@contextmanager
def database_of_stores(data_dir: Path | None, database_url: str | None) -> Iterator["CentralDatabase"]:
    """The server's database; of a store that it does not know is told which it knows. Raises StoreUnknown."""
    from clienteling.central_host import existing_database
    from sync.central_api.devices import list_stores
    from sync.central_api.errors import StoreUnknown

    with existing_database(server_dir(data_dir), database_url) as database:
        try:
            yield database
        except StoreUnknown as error:
            stores = ", ".join(f"{one.code} ({one.name})" if one.code else one.name for one in list_stores(database))
            raise StoreUnknown(None if stores else "central.no_stores", stores=stores) from error


@central.command("add-associate")
def central_add_associate(
    store: Annotated[str, typer.Argument(help="The store's code, name or id.")],
    name: Annotated[str, typer.Option("--name", help="As customers and colleagues know them.")],
    manager: Annotated[bool, typer.Option("--manager", help="They manage the store.")] = False,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Name an associate of a store, where no associates.csv does. Run it once for each of their stores."""
    from sync.central_api.associates import add_associate

    role = "manager" if manager else "associate"
    with database_of_stores(data_dir, database_url) as database:
        add_associate(database, store, name, role=role, now=utc_now)
    say("central.associate_added", name=" ".join(name.split()))


@central.command("end-associate")
def central_end_associate(
    name: Annotated[str, typer.Option("--name", help="As it was given to add-associate.")],
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Take an associate out of the list; what they wrote keeps their name."""
    from clienteling.central_host import existing_database
    from sync.central_api.associates import end_associate

    with existing_database(server_dir(data_dir), database_url) as database:
        end_associate(database, name, now=utc_now)
    say("central.associate_ended", name=" ".join(name.split()))
