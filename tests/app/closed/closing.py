"""A device of one associate with a PIN, at a counter, and the vault that opens it."""

from contextlib import AbstractContextManager
from pathlib import Path
from random import Random

from clienteling.bootstrap.device import secret_store
from clienteling.bootstrap.key_change import KeyChange
from clienteling.bootstrap.new_pin import NewPins
from clienteling.bootstrap.running import Running, running_device
from clienteling.bootstrap.sealed_files import names_file, slots_beside
from clienteling.bootstrap.vault import Opening, TakesCodes, Vault
from clienteling.central_host import central_database
from clienteling.secrets import SecretStore
from clienteling.settings import DeviceSettings, read_settings
from sync.central_api.lists import list_bodies
from sync.central_api.sign_in_codes import make_sign_in_code
from sync.protocol.kinds import Kind
from sync.protocol.times import Clock, utc_now
from tests.app.shop import SITI, Counter
from tests.support.pins import PIN

NAME = "Rina"
HERE, THERE = 1, 2
TYPED = f"{NAME}\n{PIN}\n".encode()


def associate_id(device: Path) -> str:
    settings = read_settings(device)
    return names_file(settings, secret_store(settings)).read()[0].id


def vault_of(
    device: Path, *, now: Clock = utc_now, new_pins: TakesCodes | None = None, opening: Opening | None = None
) -> Vault:
    settings = read_settings(device)
    secrets = secret_store(settings)

    def opened(key: bytes) -> AbstractContextManager[Running]:
        return running_device(settings, now=now, key=key)

    slots, names = slots_beside(settings, secrets, now=now), names_file(settings, secrets)
    new_pins = new_pins or NewPins(settings, secrets, slots, now=now)
    key_change = KeyChange(settings, secrets, now)
    return Vault(opening or opened, slots, names, new_pins, key_change, late_sync_s=0.2)


def assert_closed(vault: Vault) -> None:
    assert vault.running is None
    assert vault.take_key() is None
    assert vault.opened.value is None


def opened(device: Path) -> tuple[DeviceSettings, SecretStore]:
    settings = read_settings(device)
    return settings, secret_store(settings)


def counter_associate(counter: Counter) -> str:
    with central_database(counter.server, None) as database:
        return str(next(one["id"] for one in list_bodies(database, Kind.ASSOCIATE) if one["name"] == NAME))


def code_for(counter: Counter, who: str) -> str:
    with central_database(counter.server, None) as database:
        made = make_sign_in_code(database, who, made_by="operator", now=utc_now(), random=Random())
    return made.code


def written_offline(vault: Vault, who: str) -> None:
    """Somebody came in and wrote what the server does not have; they are still in."""
    vault.come_in(who, PIN, HERE)
    assert vault.running is not None
    vault.running.engine.pretend_offline(True)
    vault.running.services.write_note(SITI, "Suka jingga", author_id=who)
