"""What the screens benchmark looks at, in a process of its own: the app over a kept store, or Flet's bare text field.

    python -m build_scripts.benchmarks.screens_server app FOLDER
    python -m build_scripts.benchmarks.screens_server stock

Prints its address, then serves until its standard input is closed.
"""

import socket
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import flet as ft
import flet_web.fastapi as flet_fastapi

from build_scripts.benchmarks.crowd import ASSOCIATE_ID, NOW
from build_scripts.benchmarks.kept_store import open_store
from build_scripts.environment import ROOT
from clienteling.domain.signals import Signal
from clienteling.domain.sync_status import Connection, SyncStatus
from clienteling.hosting import app_of, own_app
from clienteling.hosting.server import Server
from clienteling.i18n import load_translators
from clienteling.loopback import LOOPBACK, address
from clienteling.scanning.code_rules import CodeRules
from clienteling.ui.app import build_main
from clienteling.use_cases.binding import bind_services

ECHO = "stock-echo"
"""Identifier of the text that repeats the bare text field."""


def stock(page: ft.Page) -> None:
    """Nothing; puts a text field on the page, and below it what the server heard last."""
    words = ft.Text("heard ")

    def changed(event: ft.Event[ft.TextField]) -> None:
        words.value = f"heard {event.control.value}"
        words.update()

    page.add(ft.TextField(label="Field", on_change=changed))
    page.add(ft.Semantics(identifier=ECHO, container=True, content=words))


def app_over(folder: Path) -> tuple[Any, Callable[[], None]]:
    """The app as a hub serves it, over that store, and what closes it."""
    store = open_store(folder)
    status: Signal[SyncStatus] = Signal(SyncStatus(connection=Connection.ONLINE, last_synced_at=NOW))
    services = bind_services(store, status=status, rules=CodeRules(), now=lambda: NOW, wake=lambda: None)
    texts = ROOT / "assets" / "i18n"
    main = build_main(services, texts=texts, default_associate_id=ASSOCIATE_ID, now=lambda: NOW)
    translators = load_translators(texts)
    served = own_app(
        app_of(main, pictures=folder, assets=ROOT / "assets", texts=translators, label=None, synced=lambda: True)
    )
    return served, store.close


def stock_app() -> Any:
    """Flet's own client with that page and nothing of ours."""
    application = flet_fastapi.FastAPI()
    application.mount("/", flet_fastapi.app(stock, no_cdn=True))
    return application


def main(what: str, folder: str = "") -> None:
    """Nothing; serves until standard input ends."""
    application, close = app_over(Path(folder)) if what == "app" else (stock_app(), None)
    with socket.create_server((LOOPBACK, 0)) as free:
        port: int = free.getsockname()[1]
    server = Server(application, port=port, when_ready=lambda: print(address(port), flush=True))
    thread = threading.Thread(target=server.run, name="served")
    thread.start()
    sys.stdin.read()
    server.should_exit = True
    thread.join()
    if close is not None:
        close()


if __name__ == "__main__":
    main(*sys.argv[1:])
