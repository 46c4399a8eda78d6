"""The `clienteling` command: the app, the central profile API, imports, and every look-up as a line to script.

Each command imports what it runs: the parts together take seconds to load, and no command needs them all.

Commands print sentences in the person's language, or JSON with `--json`. Errors are one translated sentence on standard
error; exit status 1, or 2 where the command line itself is wrong.
"""

import io
import logging
import os
import sys
from collections.abc import Callable
from functools import cache
from typing import NoReturn

import typer

from clienteling import command_line_text
from clienteling.cli import (
    associates,
    audit,
    customer_requests,
    device,
    devices,
    doctor,
    figures,
    hub,
    hub_tablets,
    imports,
    labels,
    passphrase,
    pins,
    privacy_papers,
    quarantine,
    serving,
    shelf_certificate,
    upkeep,
)
from clienteling.cli.printing import say_wrong
from clienteling.domain.errors import ClientelingError
from clienteling.logs import log_to
from clienteling.settings import default_data_dir
from sync.protocol.errors import SyncError

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
for command in (device.find, device.customer, device.scan, device.sync, device.status, device.recover):
    app.command()(command)
app.command("app")(serving.run_app)
app.command()(serving.demo)
app.command()(doctor.doctor)
app.command("passphrase")(passphrase.passphrase)
app.command("enrol")(devices.enrol)
app.command("labels")(labels.labels)
app.command("figures")(figures.figures)
hub.hub.command("init")(hub_tablets.init)
hub.hub.command("stand-in")(hub_tablets.stand_in)
hub.hub.command("browser-code")(hub_tablets.browser_code)
hub.hub.command("browsers")(hub_tablets.browsers)
hub.hub.command("forget-browser")(hub_tablets.forget_browser)
hub.hub.command("shelf-certificate")(shelf_certificate.shelf_certificate)
serving.central.command("enrolment-code")(devices.enrolment_code)
serving.central.command("sign-in-code")(associates.sign_in_code)
serving.central.command("end-sign-ins")(associates.end_sign_ins)
serving.central.command("devices")(devices.devices)
serving.central.command("rename-device")(devices.rename_device)
serving.central.command("revoke-device")(devices.revoke_device)
serving.central.command("compact")(upkeep.compact)
serving.central.command("daily")(upkeep.daily)
serving.central.command("erase-customer")(upkeep.erase_customer)
serving.central.command("rewrite-files")(upkeep.rewrite_files)
serving.central.command("new-epoch")(upkeep.new_epoch)
serving.central.command("breach-report")(privacy_papers.breach_report)
serving.central.add_typer(customer_requests.requests, name="requests")
serving.central.add_typer(quarantine.quarantine, name="quarantine")
app.add_typer(serving.central, name="central")
app.add_typer(imports.imports, name="import")
app.add_typer(hub.hub, name="hub")
app.add_typer(pins.pins, name="pin")
app.add_typer(audit.audit, name="audit")

log = logging.getLogger(__name__)

_FILE_TEXTS: dict[type[OSError], str] = {
    FileNotFoundError: "cli.no_such_file",
    PermissionError: "cli.file_forbidden",
    FileExistsError: "cli.not_a_folder",
    NotADirectoryError: "cli.not_a_folder",
}
"""What went wrong with a file, for the kinds that a person can mend; any other is named as the system names it."""


def main() -> None:
    """The process entry: whatever happens, a person reads a sentence, and what nobody expected is in a log."""
    logging.getLogger().addHandler(logging.NullHandler())
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a letter that the terminal cannot write must not end a command
            stream.reconfigure(errors="replace")
    words = command_line_text.translator()
    try:
        _command()()
    except (ClientelingError, SyncError) as error:
        _fail(command_line_text.sentence(words, error))
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except OSError as error:
        key = _FILE_TEXTS.get(type(error), "cli.no_file")
        _fail(words.text(key, file=str(error.filename or ""), reason=type(error).__name__))
    except Exception:  # the process entry: nothing is above it that could say more
        file = _log_file()
        log.exception("a command failed unexpectedly")
        _fail(words.text("cli.unexpected", file=file))


@cache
def _command() -> Callable[[], object]:
    """What the words of the command line are read by: 0.1 s of building, and the same each time."""
    return typer.main.get_command(app)


def _fail(text: str) -> NoReturn:
    say_wrong(text)
    sys.exit(1)


def _log_file() -> str:
    """The file that the log goes to from now on, "" where none can be written."""
    try:
        return str(log_to(default_data_dir() / "logs", "command"))
    except OSError:
        return ""
