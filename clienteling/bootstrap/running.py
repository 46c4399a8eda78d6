"""A device that runs: its store open, its engine at work, and the services its screens get."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from importlib.metadata import version
from pathlib import Path
from urllib.parse import urlsplit

from clienteling.bootstrap.counting import ScanCounting
from clienteling.bootstrap.customer_requests import requests_of
from clienteling.bootstrap.demo_file import DemoFile, demo_reset
from clienteling.bootstrap.device import Device, open_device
from clienteling.bootstrap.engine import make_engine
from clienteling.bootstrap.pins import door_of, keep_names, pin_slots
from clienteling.bootstrap.signed_in import SignedIn
from clienteling.domain.sync_status import Connection
from clienteling.engine_host import EngineHost
from clienteling.secrets import read_enrolment
from clienteling.settings import DeviceSettings, brand_of
from clienteling.store.database import Schema, StoreKey
from clienteling.use_cases.answers import DeviceFacts
from clienteling.use_cases.ask_on_phone import AskingOnPhones
from clienteling.use_cases.look_up_everywhere import OpenCustomers, look_up_everywhere
from clienteling.use_cases.manage import Managing
from clienteling.use_cases.manage_team import ManagingTeam
from clienteling.use_cases.services import Services
from clienteling.use_cases.sign_in import sign_in_services
from clienteling.use_cases.tell_counts import count_scan
from sync.protocol.times import Clock


@dataclass(frozen=True, slots=True)
class Running:
    device: Device
    engine: EngineHost
    counting: ScanCounting
    services: Services
    signed_in: SignedIn


@contextmanager
def running_device(
    settings: DeviceSettings, *, now: Clock, demo: DemoFile | None = None, key: StoreKey | None = None
) -> Iterator[Running]:
    """The device at work inside the block. `key`: what a PIN opened. Raises what `open_device` raises."""
    wake: list[Callable[[], None]] = []
    wake_engine = partial(_wake_first, wake)
    with open_device(settings, now=now, key=key, engine_wake=wake_engine, may_create=True) as device:
        open_customers = OpenCustomers()
        engine = make_engine(device, pinned=open_customers.ids)
        wake.append(engine.wake)
        counting = ScanCounting(device.store, now=now)
        signed_in = SignedIn()
        ask = partial(signed_in.ask, engine)
        signs = read_enrolment(device.secrets) is not None
        from clienteling.hosting import picture_address  # Flet loads only where something is shown

        services = replace(
            device.services,
            sync_now=engine.wake,
            pretend_offline=engine.pretend_offline if demo else None,
            demo=demo.hints if demo else None,
            reset_demo=demo_reset(demo),
            device=partial(device_facts, settings),
            brand=brand_of(settings),
            picture_address=picture_address,
            look_up_everywhere=partial(look_up_everywhere, ask=engine.look_up),
            pin_customer=open_customers.pin,
            count_scan=partial(count_scan, counting.counter),
            sign_in=sign_in_services(door_of(device, signed_in), idle_s=settings.idle_lock_s),
            manage=Managing(ask, device.store, now).services() if signs else None,
            team=ManagingTeam(ask, pin_slots(device), now).services() if signs else None,
            ask_on_phone=AskingOnPhones(ask, now).link if signs else None,
            requests=partial(requests_of, signed_in, engine, device.services) if signs else None,
        )
        stop_listening = device.store.changed.subscribe(lambda _: engine.refresh())
        _try_to_keep_names(device)
        engine.start()
        try:
            with counting.telling(is_online=partial(_is_online, device)):
                yield Running(device, engine, counting, services, signed_in)
        finally:
            stop_listening()
            engine.stop()
            _try_to_keep_names(device)


def _try_to_keep_names(device: Device) -> None:
    with suppress(OSError):  # a full disk: the names of last time stand
        keep_names(device)


def device_facts(settings: DeviceSettings) -> DeviceFacts:
    """What Settings tells of this device; looks at the sizes of its files."""
    address = urlsplit(settings.central_url)
    host = address.hostname or ""
    server = f"{address.scheme}://{host}" + (f":{address.port}" if address.port else "") if host else ""
    return DeviceFacts(
        server=server,
        folder=str(settings.data_dir.absolute()),
        size_bytes=sum(_size(path) for path in settings.data_dir.rglob("*")),
        encrypted=not settings.plain_store,
        program=version("clienteling"),
        schema=Schema.STORE.number,
    )


def _size(path: Path) -> int:
    """The file's bytes; 0 for a folder, and for a file that has gone meanwhile."""
    try:
        return path.stat().st_size if path.is_file() else 0
    except OSError:
        return 0


def _wake_first(wake: list[Callable[[], None]]) -> None:
    """Wake the engine, once there is one."""
    if wake:
        wake[0]()


def _is_online(device: Device) -> bool:
    return device.status_signal.value.connection is Connection.ONLINE
