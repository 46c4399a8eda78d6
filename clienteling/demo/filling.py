"""Brings the demo's files to today, once a day, and leaves each device what it shows first.

The exports in `assets/demo` are dated for one day; all their dates are moved by whole days to today, so that
"yesterday" is yesterday whenever it is opened.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from clienteling.demo.folder import FILLED_FILE
from clienteling.demo.layout import DEMO_PIN, HINTS_FILE, Layout
from clienteling.settings import remember
from sync.protocol.private_files import private
from sync.protocol.times import Clock

TIME_ZONE = "Asia/Jakarta"
BRAND_LOGO = "logo.png"
BRAND_ACCENT = "#155E75"
"""The demo retailer's: the blue of indigo thread."""


@dataclass(frozen=True, slots=True)
class Filled:
    """What the server knows that the demo's hints need, kept in a file for the next start. `day` as ISO text."""

    day: str
    store_names: dict[str, str]
    associate_ids: dict[str, str]
    product_names: dict[str, str]
    customer_id: str


def read_filled(folder: Path) -> Filled | None:
    """What an earlier start left, or None."""
    try:
        return Filled(**json.loads((folder / FILLED_FILE).read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def prepare(layout: Layout, exports: Path, *, now: Clock, with_pins: bool = True) -> None:
    """Bring the demo's files to today; loads the server's parts only where that is not done yet.

    `with_pins`: everybody has a PIN (`prepared`); else whoever is there chooses a name.
    """
    today = now().astimezone(ZoneInfo(TIME_ZONE)).date()
    filled = read_filled(layout.folder)
    if filled is None or filled.day != today.isoformat():
        from clienteling.demo.shop import fill

        filled = fill(layout, exports, today=today, now=now, with_pins=with_pins)
        _keep_private(layout.folder / FILLED_FILE, asdict(filled))
    write_hints(layout, exports, filled, pin=DEMO_PIN if with_pins else "")


def write_hints(layout: Layout, exports: Path, filled: Filled, *, pin: str) -> None:
    """Leave each device what the demo shows on its first screen, and all their settings."""
    facts = layout.facts
    pairs = (
        (layout.device, facts.associate, facts.other_store_code, layout.other_device),
        (layout.other_device, facts.other_associate, facts.store_code, layout.device),
    )
    brand = {"brand_name": facts.brand, "brand_logo": str(exports / BRAND_LOGO), "brand_accent": BRAND_ACCENT}
    for place, associate, other_code, other in pairs:
        hints = {
            "associate_id": filled.associate_ids[associate],
            "shelf_code": facts.shelf_code,
            "product_name": filled.product_names[facts.product_handle],
            "label": str(exports / facts.label_picture),
            "other_store_name": filled.store_names.get(other_code, other_code),
            "other_store_url": f"{other.url}/customers/{filled.customer_id}?tab=notes",
            "pin": pin,
        }
        place.folder.mkdir(parents=True, exist_ok=True)
        _keep_private(place.folder / HINTS_FILE, hints)
        remember(place.folder, **brand, own_hosts=[facts.label_host], loyalty_prefixes=[facts.loyalty_prefix])
    # Where phones would find the pages: this machine, beside whose tablet the customer's page can be opened too.
    remember(layout.central_folder, **brand, shelf_url=layout.central.url)


def _keep_private(path: Path, facts: dict[str, Any]) -> None:
    with open(path, "w", encoding="utf-8", opener=private) as file:
        json.dump(facts, file)
