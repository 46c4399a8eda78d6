"""Where everything of the demo lies and answers, and what the exports say of a newcomer's first minute."""

import tomllib
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

from clienteling.domain.errors import ClientelingError
from clienteling.loopback import address, free_ports

KEY_FILE = "demo-key.json"
HINTS_FILE = "demo.json"
"""In each device's folder."""
DEMO_PIN = "271828"
"""Everybody's. It is shown wherever it is asked for: the demo's keys are in a file, and its people are not real."""


class DemoFailed(ClientelingError):
    """Codes: demo.process_ended, demo.too_slow (`log`: the file that says more), demo.no_exports, demo.not_a_demo,
    demo.running."""

    code = "demo.process_ended"


@dataclass(frozen=True, slots=True)
class DemoFacts:
    """What `demo.toml` says: the day its dates are for, and what a newcomer is shown. Stores and associates by code."""

    generated_for: date
    store_code: str
    other_store_code: str
    associate: str
    other_associate: str
    shelf_code: str
    label_picture: str
    product_handle: str
    customer_ref: str
    label_host: str
    loyalty_prefix: str
    brand: str


def read_facts(folder: Path) -> DemoFacts:
    """The demo's facts. Raises DemoFailed where the exports are not there."""
    try:
        facts = tomllib.loads((folder / "demo.toml").read_text("utf-8"))
    except FileNotFoundError as error:
        raise DemoFailed("demo.no_exports") from error
    first = facts["first_minute"]
    return DemoFacts(
        generated_for=facts["generated_for"],
        store_code=first["store"],
        other_store_code=first["second_store"],
        associate=first["associate"],
        other_associate=first["second_associate"],
        shelf_code=first["scan_link"],
        label_picture=first["scan_picture"],
        product_handle=first["scan_handle"],
        customer_ref=first["pickup_customer_id"],
        label_host=urlsplit(first["scan_link"]).hostname or "",
        loyalty_prefix=facts["loyalty_prefix"],
        brand=facts["retailer"],
    )


@dataclass(frozen=True, slots=True)
class Place:
    """A process of the demo: its folder, its port and the words to start it."""

    name: str
    folder: Path
    port: int
    arguments: tuple[str, ...]

    @property
    def url(self) -> str:
        return address(self.port)


@dataclass(frozen=True, slots=True)
class Layout:
    """Where everything of the demo lies and answers."""

    folder: Path
    facts: DemoFacts
    central: Place
    device: Place
    other_device: Place

    @property
    def central_folder(self) -> Path:
        return self.folder / "central"

    @property
    def shelf_url(self) -> str:
        """Where this machine's browsers find the page that the demo's label leads to."""
        return f"{self.central.url}{urlsplit(self.facts.shelf_code).path}"


def lay_out(folder: Path, exports: Path, *, ports: tuple[int, int, int]) -> Layout:
    """Folders, ports and command lines of the three processes."""
    facts = read_facts(exports)
    port, other_port, central_port = free_ports(ports)
    central = Place(
        "central",
        folder / "central",
        central_port,
        ("central", "run", "--data-dir", str(folder / "central"), "--port", str(central_port)),
    )

    def device(code: str, port: int) -> Place:
        place = folder / f"store-{code.lower()}"
        words = ("app", "--web", "--no-browser", "--data-dir", str(place), "--port", str(port))
        secrets = ("--key-file", str(place / KEY_FILE))
        return Place(
            place.name, place, port, (*words, *secrets, "--central", central.url, "--demo", str(place / HINTS_FILE))
        )

    return Layout(folder, facts, central, device(facts.store_code, port), device(facts.other_store_code, other_port))
