"""Commands of a device: look-ups in its local store, and its sync."""

import dataclasses
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from clienteling import command_line_text
from clienteling.cli.opening import key_by_pin, opened_device
from clienteling.cli.options import AsJson, DataDir
from clienteling.cli.printing import out, print_json, print_json_line, say_wrong
from clienteling.domain.access import Access
from clienteling.domain.codes import ScanKind, ScannedCode
from clienteling.domain.errors import NotFound
from clienteling.domain.online_look_up import wait_minutes
from clienteling.domain.views import ProductView
from clienteling.settings import read_settings
from sync.protocol.errors import LookUpLimited
from sync.protocol.times import utc_now

if TYPE_CHECKING:
    from clienteling.bootstrap.device import Device
    from clienteling.settings import DeviceSettings


@contextmanager
def _device(data_dir: Path | None) -> Iterator["Device"]:
    with opened_device(read_settings(data_dir)) as device:
        yield device


def find(text: str, data_dir: DataDir = None, limit: Annotated[int, typer.Option(min=1, max=50)] = 20,
         online: Annotated[bool, typer.Option("--online", help="Search all stores first; needs the network.")] = False,
         as_json: AsJson = False) -> None:  # fmt: skip
    """Find customers by name, phone, e-mail or loyalty card in the local store.

    With --online a whole phone, e-mail or card number is first searched in all stores; who is found stays for a day.
    """
    if online:
        _search_all_stores(text, data_dir)
    with _device(data_dir) as device:
        answer = device.services.look_up(text, limit)
        device.services.note_access(
            Access.LOOKED_UP, author_id=None, found=len(answer.rows), online=int(online), by="command line"
        )
        synced = device.store.synced_at() is not None
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
        if not synced:
            out.print(words.text("find.nobody_coming"))
        return
    for line in command_line_text.find_lines(words, answer.rows, now=utc_now()):
        out.print(line, markup=False)


def _search_all_stores(text: str, data_dir: Path | None) -> None:
    from clienteling.bootstrap.engine import find_online

    try:
        settings = read_settings(data_dir)
        find_online(settings, text, now=utc_now, ask_key=partial(key_by_pin, settings))
    except LookUpLimited as limited:
        minutes = wait_minutes(limited.fields.get("retry_after_s"))
        say_wrong(command_line_text.translator().text("find.everywhere_limited", count=minutes))
        raise typer.Exit(1) from limited


def customer(customer_id: str, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Show everything this device holds about one customer."""
    with _device(data_dir) as device:
        view = device.services.customer(customer_id.strip().lower())
        if view is not None:
            device.services.note_access(Access.OPENED, author_id=None, customer_id=view.id, by="command line")
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
    from clienteling.bootstrap.device import code_reader

    if (code is not None) + (image is not None) + lines != 1:
        raise typer.BadParameter("CODE | --image FILE | --lines")
    settings = read_settings(data_dir)
    read = code_reader(settings, strict=strict)
    if lines:
        for line in sys.stdin.buffer:
            meant = read(line.decode("utf-8", "replace").rstrip("\r\n"))
            print_json_line(_code_json(meant))
        return
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
    from clienteling.bootstrap.device import has_store

    found: list[Found] = []
    with opened_device(settings) if has_store(settings) else nullcontext() as device:
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


def sync(data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Sync now. Where an engine runs in this data directory, ask it and wait for its result."""
    from clienteling.bootstrap.engine import sync_once

    settings = read_settings(data_dir)
    result = sync_once(settings, now=utc_now, ask_key=partial(key_by_pin, settings))
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


def status(data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Say what this device holds and what waits."""
    with _device(data_dir) as device:
        told = device.status()
    if as_json:
        print_json(told)
        return
    words = command_line_text.translator()
    out.print(command_line_text.status_sentence(words, told))


def recover(data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Set damaged files of this device aside, save what can be read, and let the next sync bring the rest."""
    from clienteling.bootstrap.device import recover_store

    settings = read_settings(data_dir)
    recovery = recover_store(settings, now=utc_now, key=key_by_pin(settings))
    if as_json:
        print_json(recovery)
        return
    for line in command_line_text.recovery_lines(command_line_text.translator(), recovery):
        out.print(line, markup=False)
