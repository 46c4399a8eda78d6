"""A thief with the data directory: after a day's use nothing in it can be read, and no PIN can be tried.

The keyring is what they do not have: here a file outside the directory stands in its place.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest

from clienteling.bootstrap.device import Device, open_device
from clienteling.bootstrap.engine import sync_once
from clienteling.bootstrap.pins import pin_slots
from clienteling.central_host import central_database
from clienteling.domain.errors import ClientelingError, PinWrong, StoreUnusable
from clienteling.domain.store_keys import KEY_BYTES
from clienteling.logs import log_to
from clienteling.secrets import KeyFile, store_keys
from clienteling.settings import read_settings, remember
from clienteling.sign_in.slots import SLOTS_FILE, PinSlots
from clienteling.store.database import Database, Schema
from sync.central_api.import_records import import_records
from sync.protocol.ids import imported_id
from sync.protocol.importing import ImportedRecord
from sync.protocol.kinds import Kind
from sync.protocol.times import utc_now
from tests.app.shop import Counter, open_counter
from tests.support.command_line import run

PIN: Final = "739154"
PEOPLE: Final = 70
PLANTED: Final = [
    text
    for number in range(PEOPLE)
    for text in (f"Zulkarnaen{number:03}", f"+62899000{number:04}", f"zulkarnaen{number:03}@surel.example")
]
NOTE: Final = "Suka warna hijau lumut"
SOURCE: Final = "shopify"


def customers(home_store_id: str) -> Iterator[ImportedRecord]:
    for number in range(PEOPLE):
        name, phone, email = PLANTED[3 * number : 3 * number + 3]
        body = {"name": name, "phone": phone, "phone_typed": phone, "email": email, "home_store_id": home_store_id}
        yield ImportedRecord(Kind.CUSTOMER, f"planted-{number}", body)


def customer_id(number: int) -> str:
    return imported_id(SOURCE, Kind.CUSTOMER, f"planted-{number}")


@contextmanager
def logging_to(folder: Path) -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    log_to(folder, "app")
    try:
        yield
    finally:
        for handler in root.handlers:
            handler.close()
        root.handlers[:] = handlers
        root.setLevel(level)


def serve_customers(device: Device) -> None:
    """What an associate does all day, with a mistake here and there."""
    services = device.services
    author_id = services.associates()[0].id
    for number in range(PEOPLE):
        name, phone, email = PLANTED[3 * number : 3 * number + 3]
        for typed in (name, phone, email, f"{name} x", phone[3:]):
            services.look_up(typed, 20)
        assert services.customer(customer_id(number)) is not None
        services.write_note(customer_id(number), f"{NOTE}, kata {name}", author_id=author_id)
    services.edit_contact(customer_id(0), {"city": ("", "Cimahi")}, author_id=author_id)
    with pytest.raises(ClientelingError):
        services.edit_contact(customer_id(1), {"phone": (PLANTED[4], "12")}, author_id=author_id)
    slots = pin_slots(device)
    slots.set_pin(author_id, PIN, store_keys(device.secrets, may_create=False).key)
    with pytest.raises(PinWrong):
        slots.open(author_id, "204867")
    assert slots.open(author_id, PIN)


@pytest.fixture(scope="module")
def used(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counter]:
    """A device after a day: synced, written on, searched, cut off from its server, and once damaged."""
    with pytest.MonkeyPatch.context() as patch, open_counter(tmp_path_factory.mktemp("used")) as counter:
        patch.setenv("CLIENTELING_DATA_DIR", str(counter.device.parent / "home"))
        store_id = imported_id(SOURCE, Kind.LOCATION, "BDG")
        with central_database(counter.server, None) as database:
            import_records(database, customers(store_id), source=SOURCE)
        settings = read_settings(counter.device)
        with logging_to(counter.device / "logs"):
            assert sync_once(settings, now=utc_now)["ok"]
            with open_device(settings, now=utc_now) as device:
                serve_customers(device)
            assert sync_once(settings, now=utc_now)["ok"]
            with open_device(settings, now=utc_now) as device:
                device.services.write_note(
                    customer_id(2), f"{NOTE} sekali", author_id=device.services.associates()[0].id
                )
            remember(counter.device, central_url="http://127.0.0.1:1")
            assert not sync_once(read_settings(counter.device), now=utc_now)["ok"]
            damage(counter.device)
            assert run("recover", "--data-dir", counter.device).status == 0
        yield counter


def damage(device: Path) -> None:
    """The store's last page cannot be read any more; what it held is set aside by `recover`."""
    (store,) = device.glob("store-*.db")
    with store.open("r+b") as file:
        file.seek(-2_048, 2)
        file.write(bytes(1_024))


def files_of(folder: Path) -> list[Path]:
    return [one for one in folder.rglob("*") if one.is_file()]


def secrets_of(device: Path) -> dict[str, str]:
    key_file = read_settings(device).key_file
    assert key_file is not None
    return {name: KeyFile(key_file).read(name) or "" for name in ("store-key", "device-token", "device-secret")}


def test_no_planted_word_is_in_any_file_of_the_directory(used: Counter) -> None:
    secrets = secrets_of(used.device)
    assert all(secrets.values())
    keys = [bytes.fromhex(secrets[name]) for name in ("store-key", "device-secret")]
    words = [*PLANTED, NOTE, PIN, *secrets.values()]
    looked_for = [*keys, *(word.encode(coding) for word in words for coding in ("utf-8", "utf-16-le"))]
    found = {
        (path.name, wanted)
        for path in files_of(used.device)
        if (content := path.read_bytes())
        for wanted in looked_for
        if wanted in content
    }
    assert not found
    names = {path.name for path in files_of(used.device)}
    assert {"outbox.db", SLOTS_FILE, "app.log", "settings.toml"} <= names, "what is looked at is there"
    assert any("damaged" in name for name in names)


def test_the_words_would_be_found_where_they_stood_open(used: Counter) -> None:
    """The search itself: the server's file, which is not encrypted, has them."""
    content = b"".join(path.read_bytes() for path in files_of(used.server))
    assert all(word.encode() in content for word in PLANTED)


@pytest.mark.parametrize("key", [bytes(KEY_BYTES), b"7" * KEY_BYTES], ids=["zeros", "sevens"])
def test_a_guessed_key_opens_neither_store_nor_outbox(used: Counter, key: bytes) -> None:
    with pytest.raises(StoreUnusable):
        Database(used.device / "outbox.db", key, Schema.OUTBOX).close()


def test_the_right_pin_without_the_keyring_opens_nothing(used: Counter) -> None:
    slots = PinSlots(
        used.device / SLOTS_FILE,
        folder_id="",
        device_secret=lambda: bytes(32),
        now=utc_now,
        today=lambda: utc_now().date(),
    )
    (associate_id,) = slots.holders()
    with pytest.raises(PinWrong):
        slots.open(associate_id, PIN)
