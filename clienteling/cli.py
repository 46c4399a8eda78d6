"""The `clienteling` command: the app, the central profile API, imports, and every look-up as a line to script.

Each command imports what it runs: the parts together take seconds to load, and no command needs them all.

Commands print sentences in the person's language, or JSON with `--json`. Errors are one translated sentence on standard
error; exit status 1, or 2 where the command line itself is wrong.
"""

import dataclasses
import json
import logging
import os
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer
from rich.console import Console

from clienteling import cli_doctor, cli_hub, cli_import, command_line_text
from clienteling.domain.codes import ScanKind, ScannedCode
from clienteling.domain.errors import ClientelingError, NotFound
from clienteling.domain.views import ProductView
from clienteling.logs import log_to
from clienteling.settings import assets_dir, default_data_dir, read_settings
from sync.protocol.errors import SyncError
from sync.protocol.times import to_wire, utc_now

if TYPE_CHECKING:
    from clienteling.bootstrap import Device
    from clienteling.settings import DeviceSettings
    from sync.connectors.reading import OnProgress

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
central = typer.Typer(invoke_without_command=True, no_args_is_help=False, help="The central profile API.")
imports = typer.Typer(no_args_is_help=True, help="Take over a retailer's exports.")
app.add_typer(central, name="central")
app.add_typer(imports, name="import")
imports.command("csv")(cli_import.import_csv)
app.command()(cli_doctor.doctor)
app.add_typer(cli_hub.hub, name="hub")

DataDir = Annotated[Path | None, typer.Option("--data-dir", help="Where this device, or this server, keeps its files.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
DatabaseUrl = Annotated[str | None, typer.Option("--database-url", help="PostgreSQL or SQLite URL; else a file.")]
KeyFilePath = Annotated[Path | None, typer.Option("--key-file", help="Keys in a file: demo and development only.")]
Port = Annotated[int, typer.Option("--port", min=1, max=65535)]

out = Console(soft_wrap=True, highlight=False)
errors = Console(stderr=True, soft_wrap=True, highlight=False)


log = logging.getLogger(__name__)


def main() -> None:
    """The process entry: whatever happens, a person reads a sentence, and what nobody expected is in a log."""
    logging.getLogger().addHandler(logging.NullHandler())
    words = command_line_text.translator()
    try:
        app()
    except (ClientelingError, SyncError) as error:
        _fail(command_line_text.sentence(words, error))
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except OSError as error:
        _fail(words.text("cli.no_file", file=str(error.filename or ""), reason=type(error).__name__))
    except Exception:  # the process entry: nothing is above it that could say more
        file = _log_file()
        log.exception("a command failed unexpectedly")
        _fail(words.text("cli.unexpected", file=file))


def _fail(text: str) -> NoReturn:
    errors.print(text, style="red", markup=False)
    sys.exit(1)


def _log_file() -> str:
    """The file that the log goes to from now on, "" where none can be written."""
    try:
        return str(log_to(default_data_dir() / "logs", "command"))
    except OSError:
        return ""


def print_json(value: Any) -> None:
    """One JSON document on standard output."""
    sys.stdout.write(json.dumps(value, default=_plain, ensure_ascii=False, indent=2) + "\n")


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return to_wire(value)
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, date):
        return value.isoformat()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    raise TypeError(type(value).__name__)


@contextmanager
def _device(data_dir: Path | None, key_file: Path | None = None) -> Iterator["Device"]:
    from clienteling import bootstrap

    with bootstrap.open_device(read_settings(data_dir, key_file=key_file), now=utc_now) as device:
        yield device


# Look-ups on a device


@app.command()
def find(text: str, data_dir: DataDir = None, limit: Annotated[int, typer.Option(min=1, max=50)] = 20,
         as_json: AsJson = False) -> None:  # fmt: skip
    """Find customers by name, phone, e-mail or loyalty card in the local store."""
    with _device(data_dir) as device:
        answer = device.services.look_up(text, limit)
    if as_json:
        print_json(
            [
                {
                    "id": row.customer_id,
                    "name": row.name,
                    "phone": row.phone,
                    "email": row.email,
                    "loyalty_number": row.loyalty_number,
                    "why": row.why.value,
                }
                for row in answer.rows
            ]
        )
        return
    words = command_line_text.translator()
    if not answer.rows:
        out.print(words.text("cli.nobody_found"))
        return
    for row in answer.rows:
        name = f"{row.salutation} {row.name}".strip()
        out.print(
            f"{name:<32} ···· {row.phone_tail:<6} {row.home_store:<16} {row.tier:<8} {row.customer_id}", markup=False
        )


@app.command()
def customer(customer_id: str, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Show everything this device holds about one customer."""
    with _device(data_dir) as device:
        view = device.services.customer(customer_id)
    if view is None:
        raise NotFound("customer.not_here")
    if as_json:
        print_json(view)
        return
    for line in command_line_text.customer_lines(command_line_text.translator(), view):
        out.print(line, markup=False)


def _code_json(code: ScannedCode) -> dict[str, Any]:
    return {
        "input": code.input,
        "kind": code.kind.value,
        "gtin": code.gtin,
        "ais": [list(pair) for pair in code.ais] if code.ais is not None else None,
        "foreign_host": code.foreign_host,
        "error": code.error,
    }


@app.command()
def scan(
    code: Annotated[str | None, typer.Argument(help="What was scanned or typed.")] = None,
    image: Annotated[Path | None, typer.Option("--image", help="A picture of a code.")] = None,
    lines: Annotated[bool, typer.Option("--lines", help="Read one code a line from standard input.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Read as a GS1 Digital Link URI and nothing else.")] = False,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Say what a code means, and show the product where it is in the local store.

    Of several codes in a picture --json tells the one that names a product here, else the first that can be used.
    """
    from clienteling import bootstrap

    settings = read_settings(data_dir)
    read = bootstrap.code_reader(settings, strict=strict)
    if lines:
        for line in sys.stdin.buffer:
            meant = read(line.decode("utf-8", "replace").rstrip("\r\n"))
            sys.stdout.write(json.dumps(_code_json(meant), ensure_ascii=False) + "\n")
        return
    if (code is None) == (image is None):
        raise typer.BadParameter("CODE | --image FILE | --lines")
    codes = [read(text) for text in ((code,) if code is not None else _codes_in(image))]
    found = _found(settings, codes or [_NO_CODE], strict=strict)
    if as_json:
        meant, product, variant_id = found[0]
        shown = {**dataclasses.asdict(product), "variant_id": variant_id} if product else None
        print_json({**_code_json(meant), "product": shown})
        return
    words = command_line_text.translator()
    for meant, product, _ in found:
        out.print(command_line_text.scan_sentence(words, meant, product), markup=False)


Found = tuple[ScannedCode, ProductView | None, str | None]
"""What a code means, the product it names here, and the variant."""


_NO_CODE = ScannedCode(input="", kind=ScanKind.UNKNOWN, error="scan.no_code_in_picture")
_OF_NO_USE = frozenset({ScanKind.UNKNOWN, ScanKind.FOREIGN_LINK})


def _found(settings: "DeviceSettings", codes: Sequence[ScannedCode], *, strict: bool) -> list[Found]:
    """What each code leads to, those that name a product here first; without a device, what the codes mean alone.

    The retailer's own SKU is a code that no rule knows; read strictly, it leads nowhere.
    """
    from clienteling import bootstrap

    found: list[Found] = []
    with bootstrap.open_device(settings, now=utc_now) if bootstrap.has_store(settings) else nullcontext() as device:
        for meant in codes:
            if device is None or not meant.input or (strict and meant.error is not None):
                found.append((meant, None, None))
                continue
            answer = device.services.resolve_scan(meant.input)
            product = device.services.product(answer.product_id) if answer.product_id else None
            found.append((meant if strict else answer.code, product, answer.variant_id))
    return sorted(found, key=lambda one: (one[1] is None, one[0].kind in _OF_NO_USE))


def _codes_in(image: Path | None) -> tuple[str, ...]:
    from clienteling.use_cases.resolve_scan import decode_picture

    assert image is not None
    try:
        return decode_picture(image.read_bytes())
    except OSError as error:
        raise NotFound("scan.no_file") from error


# Sync


@app.command()
def sync(data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Sync now. Where an engine runs in this data directory, ask it and wait for its result."""
    from clienteling import bootstrap

    result = bootstrap.sync_once(read_settings(data_dir), now=utc_now)
    if as_json:
        print_json(result)
    else:
        words = command_line_text.translator()
        if result["ok"]:
            out.print(words.text("cli.synced", pushed=result.get("pushed", 0), changed=result.get("changed", 0)))
        else:
            out.print(words.text_or(str(result["code"]), "sync.unreachable"))
    if not result["ok"]:
        raise typer.Exit(1)


@app.command()
def status(data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Say what this device holds and what waits."""
    with _device(data_dir) as device:
        told = device.status()
    if as_json:
        print_json(told)
        return
    words = command_line_text.translator()
    out.print(command_line_text.status_sentence(words, told))


@app.command()
def recover(data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Set damaged files of this device aside, save what can be read, and let the next sync bring the rest."""
    from clienteling import bootstrap

    recovery = bootstrap.recover_store(read_settings(data_dir), now=utc_now)
    if as_json:
        print_json(recovery)
        return
    for line in command_line_text.recovery_lines(command_line_text.translator(), recovery):
        out.print(line, markup=False)


# The app


@app.command(name="app")
def run_app(
    data_dir: DataDir = None,
    central_url: Annotated[str | None, typer.Option("--central", help="URL of the central profile API.")] = None,
    token_file: Annotated[Path | None, typer.Option("--token-file", help="The device's token; taken once.")] = None,
    key_file: KeyFilePath = None,
    web: Annotated[bool, typer.Option("--web", help="Serve browsers of this machine.")] = False,
    port: Port = 8550,
    browser: Annotated[bool, typer.Option("--browser/--no-browser", help="Open the browser (with --web).")] = True,
    demo_file: Annotated[Path | None, typer.Option("--demo", hidden=True)] = None,
) -> None:
    """Start the associate's app: its own window, or with --web for browsers of this machine."""
    from clienteling import bootstrap

    settings = read_settings(data_dir, central_url=central_url, key_file=key_file)
    bootstrap.run_app(settings, token_file=token_file, web=web, port=port, open_browser=browser, demo_file=demo_file)


@app.command()
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
    run_demo(folder, assets_dir() / "demo", reset=reset, desktop=desktop, open_browser=browser, port=port, say=_say)


def _say(key: str, **values: object) -> None:
    out.print(command_line_text.translator().text(key, **values), markup=False)


# The server


def _run_central(data_dir: Path | None, database_url: str | None, port: int) -> None:
    from clienteling.central_host import serve_central

    def ready(url: str) -> None:
        _say("central.serving", url=url)

    serve_central(data_dir or default_data_dir() / "central", database_url, port=port, when_ready=ready)


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
    from clienteling.central_host import central_database
    from sync.central_api.devices import add_device

    with central_database(data_dir or default_data_dir() / "central", database_url) as database:
        sys.stdout.write(add_device(database, store, name, now=utc_now) + "\n")


def _progress(folder: Path, *, shown: bool) -> AbstractContextManager["OnProgress | None"]:
    return command_line_text.progress(folder) if shown else nullcontext()


def _check_zone(name: str) -> None:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise typer.BadParameter("IANA: Asia/Jakarta", param_hint="--time-zone") from error


@imports.command("shopify-csv")
def import_shopify_csv(
    folder: Path,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    source: Annotated[str, typer.Option(help="A name for where these files come from.")] = "shopify",
    time_zone: Annotated[str, typer.Option(help="Zone of times and stores that name none.")] = "Asia/Jakarta",
    currency: Annotated[str | None, typer.Option(help="Of the price list; else that of the orders.")] = None,
    as_json: AsJson = False,
) -> None:
    """Take over a folder of Shopify's export files and ours. Run it again whenever there are newer ones."""
    from clienteling.central_host import central_database, import_folder, written_at

    server_dir = data_dir or default_data_dir() / "central"
    _check_zone(time_zone)
    if currency is not None and not re.fullmatch("[A-Z]{3}", currency):
        raise typer.BadParameter("ISO 4217: IDR, USD", param_hint="--currency")
    as_of = written_at(folder)
    with central_database(server_dir, database_url) as database, _progress(folder, shown=not as_json) as on_progress:
        summary = import_folder(
            database,
            folder,
            data_dir=server_dir,
            as_of=as_of,
            time_zone=time_zone,
            now=utc_now,
            source=source,
            currency=currency,
            on_progress=on_progress,
        )
    if as_json:
        names = ("created", "changed", "unchanged", "ended", "refused", "kept")
        counts = {name: getattr(summary.result, name) for name in names}
        print_json({**counts, "report": str(summary.report) if summary.report else None})
        return
    for line in command_line_text.import_sentences(command_line_text.translator(), summary):
        out.print(line, markup=False)
