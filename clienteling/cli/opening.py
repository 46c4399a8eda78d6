"""The device for a command: where its store opens with a PIN alone, the command asks for one."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from clienteling import command_line_text
from clienteling.domain.errors import DeviceClosed, NotFound
from sync.protocol.times import utc_now

if TYPE_CHECKING:
    from clienteling.bootstrap.device import Device
    from clienteling.domain.views import AssociateView
    from clienteling.settings import DeviceSettings


@contextmanager
def opened_device(settings: "DeviceSettings") -> Iterator["Device"]:
    """The device of this data directory. Raises what `open_device` raises, and what a wrong PIN does."""
    with signed_in_device(settings) as (device, _):
        yield device


@contextmanager
def signed_in_device(settings: "DeviceSettings") -> Iterator[tuple["Device", str | None]]:
    """The device, and whose PIN opened it: None where it opens by itself, and so to whoever looks after the machine.

    Raises what `open_device` raises, and what a wrong PIN does.
    """
    from clienteling.bootstrap.device import open_device

    who, key = _by_pin(settings)
    with open_device(settings, now=utc_now, key=key, for_machine=key is None) as device:
        yield device, who


def key_by_pin(settings: "DeviceSettings") -> bytes | None:
    """The store's key, by the PIN of somebody who is asked for it; None where the device is not closed.

    Raises what `_by_pin` raises.
    """
    return _by_pin(settings)[1]


def _by_pin(settings: "DeviceSettings") -> tuple[str | None, bytes | None]:
    """Who is asked for their PIN, and the store's key by it; None where the device is not closed.

    Without a terminal, name and PIN are two lines of standard input. Raises DeviceClosed where there are none,
    NotFound, PinWrong and its like.
    """
    from clienteling.bootstrap.device import has_store, is_closed, secret_store
    from clienteling.bootstrap.key_change import KeyChange
    from clienteling.bootstrap.sealed_files import names_file, slots_beside

    if settings.plain_store or not has_store(settings):
        return None, None
    secrets = secret_store(settings)
    if not is_closed(settings, secrets):
        return None, None
    name, pin = _asked()
    associate = associate_named(names_file(settings, secrets).read(), name)
    opened = slots_beside(settings, secrets, now=utc_now).open(associate.id, pin)
    return associate.id, KeyChange(settings, secrets, utc_now).settled(opened.keys)


def associate_named(people: "tuple[AssociateView, ...]", named: str) -> "AssociateView":
    """The one of that id or name; else the only one with that word in the name. Raises NotFound."""
    wanted = named.strip().casefold()
    found = [one for one in people if wanted in (one.id, one.name.casefold())]
    found = found or [one for one in people if wanted in one.name.casefold().split()]
    if len(found) != 1:
        raise NotFound("pin.associate_ambiguous" if found else "pin.associate_unknown", name=named.strip())
    return found[0]


def _asked() -> tuple[str, str]:
    if not sys.stdin.isatty():
        name, pin = sys.stdin.readline().strip(), sys.stdin.readline().strip()
        if not name:
            raise DeviceClosed
        return name, pin
    words = command_line_text.translator()
    name = typer.prompt(words.text("pin.whose"), err=True)
    return name, typer.prompt(words.text("sign_in.title", name=name), hide_input=True, err=True)
