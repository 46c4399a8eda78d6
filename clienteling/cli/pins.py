"""PINs of this device's associates, for whoever looks after the machine: it takes its keyring, and no manager's PIN."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from clienteling import command_line_text
from clienteling.cli.opening import associate_named, opened_device
from clienteling.cli.options import AsJson, DataDir
from clienteling.cli.printing import out, print_json, say
from clienteling.domain.errors import StoreInUse
from clienteling.domain.store_keys import StoreKeys
from clienteling.settings import read_settings, remember
from sync.protocol.times import utc_now

if TYPE_CHECKING:
    from clienteling.bootstrap.device import Device
    from clienteling.settings import DeviceSettings
    from clienteling.sign_in.slots import PinSlots

pins = typer.Typer(no_args_is_help=True, help="PINs of the associates who share this device.")

Name = Annotated[str, typer.Argument(help="The associate's name or id.")]


@contextmanager
def _opened(data_dir: Path | None) -> Iterator[tuple["Device", "PinSlots"]]:
    """The device, and its PINs."""
    from clienteling.bootstrap.pins import keep_names, pin_slots

    with opened_device(read_settings(data_dir)) as device:
        yield device, pin_slots(device)
        keep_names(device)


@pins.command("set")
def set_pin(
    name: Name,
    ends_on: Annotated[datetime | None, typer.Option("--until", formats=["%Y-%m-%d"], help="The last day.")] = None,
    from_stdin: Annotated[bool, typer.Option("--stdin", help="Read the PIN from standard input.")] = False,
    code: Annotated[
        str, typer.Option("--code", help="A manager's code: the server knows them here from then on.")
    ] = "",
    data_dir: DataDir = None,
) -> None:
    """Give an associate a PIN on this device, or a new one. From the first on, nobody comes in without.

    Where the server knows one associate of a device it takes entries of those alone whom it knows there. Without a
    code this is refused then, because what they write would be.
    """
    from clienteling.bootstrap.leases import LeaseFile
    from clienteling.bootstrap.pins import new_pins
    from clienteling.domain.errors import SignInRefused

    with _opened(data_dir) as (device, slots):
        associate = associate_named(device.services.associates(), name)
        by_code = new_pins(device)
        if not code and by_code.needs_code():
            raise SignInRefused("pin.needs_code", name=associate.name)
        pin = sys.stdin.readline().strip() if from_stdin else _typed()
        last_day = ends_on.date() if ends_on else None
        if code:
            by_code.take(associate.id, code, pin, ends_on=last_day)
        else:
            slots.set_pin(associate.id, pin, device.store_key, ends_on=last_day)
        leases = LeaseFile(device.settings.data_dir, device.secrets)
        unknown = slots.holders() - leases.known() if leases.asks_for_keys() else frozenset()
        others = [one.name for one in device.services.associates() if one.id in unknown]
    say("pin.is_set", name=associate.name)
    if others:
        say("pin.others_need_code", names=", ".join(others))


def _typed() -> str:
    words = command_line_text.translator()
    return str(typer.prompt(words.text("pin.new"), hide_input=True, confirmation_prompt=words.text("pin.again")))


@pins.command("remove")
def remove_pin(name: Name, data_dir: DataDir = None) -> None:
    """Take an associate's PIN from this device: they come in no more, and the store is put under another key."""
    with _opened(data_dir) as (device, slots):
        associate = associate_named(device.services.associates(), name)
        if slots.holders() == {associate.id}:
            _release(device)  # nobody's PIN is left to open the store
        removed = slots.remove(associate.id)
        settings, key = device.settings, device.store_key
    say("pin.is_removed" if removed else "pin.was_none", name=associate.name)
    if removed:
        _change_key(settings, key)


@pins.command("new-key")
def new_key(data_dir: DataDir = None) -> None:
    """Put the store under another key: nobody who had the old one reads what is written from then on."""
    with _opened(data_dir) as (device, slots):
        slots.make_secret()
        slots.ask_key_change()
        settings, key = device.settings, device.store_key
    _change_key(settings, key)


def _change_key(settings: "DeviceSettings", key: bytes) -> None:
    """Now, or where the app has the store open, once it is closed. Raises what `KeyChange.change` raises."""
    from clienteling.bootstrap.device import secret_store
    from clienteling.bootstrap.key_change import KeyChange
    from clienteling.store.device_folder import DeviceFolder

    if settings.plain_store:
        return
    try:
        with DeviceFolder(settings.data_dir).engine_lock():
            KeyChange(settings, secret_store(settings), utc_now).change(key)
    except StoreInUse:
        say("key.due")
        return
    say("key.is_new")


@pins.command("release")
def release(data_dir: DataDir = None) -> None:
    """Have the store open by itself again, as a hub has to: PINs are for signing in then, and encrypt nothing."""
    with _opened(data_dir) as (device, _):
        remember(device.settings.data_dir, unattended="true")
        _release(device)
    say("pin.is_released")


@pins.command("close")
def close(data_dir: DataDir = None) -> None:
    """Have the store open with PINs alone: from the app's next start on, once the server keeps a sealed key."""
    remember(read_settings(data_dir).data_dir, unattended="false")
    say("pin.closes")


def _release(device: "Device") -> None:
    from clienteling.secrets import keep_store_keys

    if not device.settings.plain_store:
        keep_store_keys(device.secrets, StoreKeys(device.store_key))


@pins.command("list")
def list_pins(data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Say who has a PIN on this device, how many tries are left, and until when it holds."""
    with _opened(data_dir) as (device, slots):
        names = {one.id: one.name for one in device.services.associates()}
        states, due = slots.states(), slots.key_change_due()
    if as_json:
        told = ((one, names.get(one, ""), state.tries_left, state.ends_on) for one, state in states.items())
        print_json([dict(zip(("associate_id", "name", "tries_left", "until"), one, strict=True)) for one in told])
        return
    words = command_line_text.translator()
    if not states:
        say("pin.nobody_has_one")
    if due is not None:
        say("key.due")
    for one, state in states.items():
        parts = [names.get(one) or one, words.text("pin.tries_left", count=state.tries_left)]
        parts += [words.text("pin.until", day=state.ends_on.isoformat())] if state.ends_on else []
        out.print(" · ".join(parts), markup=False)
