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
    from clienteling.bootstrap.device import open_device

    with open_device(settings, now=utc_now, key=key_by_pin(settings)) as device:
        yield device


def key_by_pin(settings: "DeviceSettings") -> bytes | None:
    """The store's key, by the PIN of somebody who is asked for it; None where the device is not closed.

    Without a terminal, name and PIN are two lines of standard input. Raises DeviceClosed where there are none,
    NotFound, PinWrong and its like.
    """
    from clienteling.bootstrap.device import has_store, secret_store
    from clienteling.bootstrap.pins import is_closed, names_file, slots_beside

    if settings.plain_store or not has_store(settings):
        return None
    secrets = secret_store(settings)
    if not is_closed(settings, secrets, now=utc_now):
        return None
    name, pin = _asked()
    associate = associate_named(names_file(settings, secrets).read(), name)
    return slots_beside(settings, secrets, now=utc_now).open(associate.id, pin).store_key


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
