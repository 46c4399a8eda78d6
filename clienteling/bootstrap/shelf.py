"""The customer's page on a hub: its settings, and the page over the device's own store and pictures."""

from functools import partial
from pathlib import Path
from random import SystemRandom

from clienteling.bootstrap.counting import ScanCounting
from clienteling.bootstrap.device import Device
from clienteling.domain.errors import StoreUnusable
from clienteling.pictures import picture_file
from clienteling.settings import DeviceSettings
from clienteling.shelf.app import ShelfApp
from clienteling.shelf.scans import PageScans
from clienteling.shelf.site import ShelfSite
from clienteling.shelf.source import ShelfUnavailable
from clienteling.shelf_site import shelf_site
from clienteling.use_cases.show_at_shelf import HubDesk, HubShelf
from sync.protocol.ids import IdMaker

COUNTS_TOLD_EVERY_S = 60.0
READERS = 2
"""Of the three that a store has; screens are never without one."""


def hub_site(settings: DeviceSettings) -> ShelfSite:
    """Where the pages answer is the first host that labels carry."""
    host = settings.own_hosts[0] if settings.own_hosts else "localhost"
    return shelf_site(settings, f"https://{host}")


def hub_shelf(device: Device, pictures: Path, counting: ScanCounting) -> ShelfApp:
    """The pages over the hub's store; `pictures`: the folder of those that were fetched."""
    source = HubShelf(device.store, read_picture=partial(_read_picture, pictures))
    desk = HubDesk(device.store, new_id=IdMaker(device.now), random=SystemRandom())
    scans = PageScans(counting.counter, partial(_tell, counting), every_s=COUNTS_TOLD_EVERY_S)
    return ShelfApp(hub_site(device.settings), source, now=device.now, desk=desk, scans=scans, threads=READERS)


def _tell(counting: ScanCounting) -> None:
    try:
        counting.tell()
    except StoreUnusable as error:
        raise ShelfUnavailable from error


def _read_picture(folder: Path, name: str) -> bytes | None:
    path = picture_file(folder, name)
    return path.read_bytes() if path is not None else None
