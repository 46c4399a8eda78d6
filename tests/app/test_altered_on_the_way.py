"""Somebody between device and server who changes what is sent: the server refuses it, and a person reads why."""

from pathlib import Path

import pytest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from clienteling import command_line_text
from sync.central_api.app import create_app
from sync.central_api.settings import CentralSettings
from tests.app.enrolling import keys_of, new_code
from tests.app.shop import Counter
from tests.support.command_line import run
from tests.support.serving import serve


class Altering:
    """An ASGI app before which a blank is put behind each body, once told to: the same JSON, other bytes."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self.alters = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def altered() -> Message:
            message = await receive()
            if message["type"] == "http.request" and not message.get("more_body") and self.alters:
                message["body"] = message.get("body", b"") + b" "
            return message

        await self._app(scope, altered, send)


def without_length(app: ASGIApp) -> ASGIApp:
    """The app, which is not told how long a body was to be."""

    async def told(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            kept = [(name, value) for name, value in scope["headers"] if name != b"content-length"]
            scope = {**scope, "headers": kept}
        await app(scope, receive, send)

    return told


def test_a_signature_over_another_body_is_refused_and_said(
    counter: Counter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    application = create_app(CentralSettings(f"sqlite:///{counter.server / 'central.db'}"))
    between = Altering(without_length(application))
    device = tmp_path / "device"
    with serve(between) as url:
        code = new_code(counter, "BDG")
        ran = run("enrol", code, "--server", url, "--data-dir", device, "--key-file", keys_of(device))
        assert ran.status == 0, ran.errors
        assert run("sync", "--data-dir", device).status == 0
        between.alters = True
        for language, sentence in (
            ("en", "The server does not recognise this device's key. Enrol the device again."),
            ("id", "Pusat tidak mengenali kunci perangkat ini. Daftarkan perangkat ini lagi."),
        ):
            monkeypatch.setenv("CLIENTELING_LANGUAGE", language)
            command_line_text.translator.cache_clear()
            ran = run("sync", "--data-dir", device)
            assert ran.status == 1
            assert sentence in ran.output + ran.errors
        monkeypatch.setenv("CLIENTELING_LANGUAGE", "en")
        command_line_text.translator.cache_clear()
        between.alters = False
        assert run("sync", "--data-dir", device).status == 0, "nothing was lost by it"
    application.state.database.close()
