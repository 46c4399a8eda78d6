"""A revoked device hands over what it had not sent, destroys its secrets, then its files; killed, it goes on."""

from pathlib import Path

import pytest

from clienteling.bootstrap.app import run_app
from clienteling.bootstrap.device import open_device
from clienteling.bootstrap.leaving import begin_leaving, leave
from clienteling.bootstrap.leaving_mark import Leaving, read_leaving
from clienteling.domain.errors import DeviceNotSetUp
from clienteling.loopback import free_ports
from clienteling.secrets import ALL_SECRETS, STORE_KEY, KeyFile, KeyringSecrets, KeyringUnusable
from clienteling.settings import read_settings, remember
from clienteling.store.device_folder import DeviceFolder
from sync.central_api.database import CentralDatabase, sqlite_url
from sync.central_api.quarantine import list_quarantine
from sync.protocol.times import utc_now
from tests.app.enrolling import enrol_at, keys_of, registration_of
from tests.app.shop import SITI, Counter, enrol
from tests.support.command_line import run
from tests.support.fakes import FakeKeyring

REVOKED = "This device's access was revoked. Ask your store manager.\n"
LEFT = {"settings.toml", "engine.lock", "setup.lock"}


class Killed(BaseException):
    """The process ends here."""


@pytest.fixture
def device(counter: Counter, tmp_path: Path) -> Path:
    """A device that enrolled and synced, with a note that it has not sent and an outbox that says so."""
    device = enrol_at(counter, tmp_path / "tablet")
    assert run("sync", "--data-dir", device).status == 0
    with open_device(read_settings(device), now=utc_now) as opened:
        opened.services.write_note(SITI, "Suka biru", author_id=opened.services.associates()[0].id)
    (device / "pictures").mkdir(exist_ok=True)
    (device / "pictures" / "shirt.png").write_bytes(b"picture")
    return device


@pytest.fixture
def revoked(counter: Counter, device: Path) -> Path:
    """The same, whose access was taken away."""
    registration = registration_of(device)
    assert run("central", "revoke-device", registration, "--data-dir", counter.server).status == 0
    return device


def handed_over(counter: Counter, registration: str) -> list[str]:
    """The texts that the server's quarantine has of a device."""
    with CentralDatabase(sqlite_url(counter.server / "central.db")) as database:
        kept = list_quarantine(database)
    return [str(one.entry.args["text"]) for one in kept if one.registration_id == registration]


def secrets_of(device: Path) -> set[str]:
    keys = KeyFile(keys_of(device))
    return {name for name in ALL_SECRETS if keys.read(name) is not None}


def names_in(device: Path) -> set[str]:
    return {path.name for path in device.iterdir()}


def assert_empty(device: Path) -> None:
    assert secrets_of(device) == set()
    assert names_in(device) <= LEFT


def test_a_revoked_device_hands_over_and_is_empty_after_its_next_sync(counter: Counter, revoked: Path) -> None:
    registration = registration_of(revoked)
    ran = run("sync", "--data-dir", revoked)
    assert (ran.status, ran.output) == (1, REVOKED)
    assert handed_over(counter, registration) == ["Suka biru"]
    assert_empty(revoked)
    assert run("status", "--data-dir", revoked).errors.startswith("This device is not enrolled yet.")


def test_the_app_of_a_revoked_device_ends_and_leaves_it_empty(counter: Counter, revoked: Path) -> None:
    registration = registration_of(revoked)
    (port,) = free_ports([0])
    with pytest.raises(DeviceNotSetUp, match=r"sync\.device_revoked"):
        run_app(read_settings(revoked), token_file=None, web=True, port=port, open_browser=False, demo_file=None)
    assert handed_over(counter, registration) == ["Suka biru"]
    assert names_in(revoked) <= LEFT | {"logs"}
    assert secrets_of(revoked) == set()


def test_each_step_finds_the_one_before_done(counter: Counter, revoked: Path) -> None:
    registration, seen = registration_of(revoked), []

    def before(step: Leaving) -> None:
        files = {"outbox.db", "pictures"} <= names_in(revoked)
        seen.append((step, handed_over(counter, registration), STORE_KEY in secrets_of(revoked), files))

    assert begin_leaving(read_settings(revoked))
    assert leave(read_settings(revoked), now=utc_now, before=before)
    assert seen == [
        (Leaving.HAND_OVER, [], True, True),
        (Leaving.DESTROY_SECRETS, ["Suka biru"], True, True),
        (Leaving.REMOVE_FILES, ["Suka biru"], False, True),
    ]


@pytest.mark.parametrize("killed_at", list(Leaving))
def test_a_program_killed_between_two_steps_goes_on_at_the_next_start(
    counter: Counter, revoked: Path, killed_at: Leaving
) -> None:
    registration = registration_of(revoked)

    def before(step: Leaving) -> None:
        if step is killed_at:
            raise Killed

    settings = read_settings(revoked)
    begin_leaving(settings)
    with pytest.raises(Killed):
        leave(settings, now=utc_now, before=before)
    assert read_leaving(revoked) is killed_at
    for words in (("find", "siti"), ("status",)):
        ran = run(*words, "--data-dir", revoked)
        assert (ran.status, ran.output, ran.errors) == (1, "", REVOKED), "nobody opens it meanwhile"
    assert run("sync", "--data-dir", revoked).errors == REVOKED
    assert handed_over(counter, registration) == ["Suka biru"]
    assert_empty(revoked)


def test_a_server_that_cannot_be_reached_for_the_quarantine_keeps_nothing_here(counter: Counter, revoked: Path) -> None:
    registration = registration_of(revoked)
    remember(revoked, central_url="http://127.0.0.1:9")
    settings = read_settings(revoked)
    begin_leaving(settings)
    assert leave(settings, now=utc_now)
    assert handed_over(counter, registration) == []
    assert_empty(revoked)


def test_a_device_whose_outbox_is_damaged_is_emptied_all_the_same(counter: Counter, revoked: Path) -> None:
    (revoked / "outbox.db").write_bytes(b"x" * 10_000)
    settings = read_settings(revoked)
    begin_leaving(settings)
    assert leave(settings, now=utc_now)
    assert_empty(revoked)


def test_a_revoked_device_may_enrol_again_and_is_emptied_first(counter: Counter, revoked: Path) -> None:
    before = registration_of(revoked)

    def stop(step: Leaving) -> None:
        if step is Leaving.REMOVE_FILES:
            raise Killed

    begin_leaving(read_settings(revoked))
    with pytest.raises(Killed):
        leave(read_settings(revoked), now=utc_now, before=stop)
    enrol_at(counter, revoked)
    assert names_in(revoked) <= LEFT
    assert registration_of(revoked) != before
    assert run("sync", "--data-dir", revoked).status == 0
    assert [row["id"] for row in run("find", "siti", "--data-dir", revoked, "--json").json] == [SITI]


def test_a_mark_that_cannot_be_read_is_a_mark(revoked: Path) -> None:
    (revoked / "revoked").write_bytes(b"\xff\x00")
    assert leave(read_settings(revoked), now=utc_now)
    assert_empty(revoked)


def test_a_device_that_was_not_revoked_is_left_alone(device: Path) -> None:
    before = names_in(device)
    assert not leave(read_settings(device), now=utc_now)
    assert (names_in(device), run("status", "--data-dir", device, "--json").json["waiting"]) == (before, 1)


def test_a_device_with_a_token_is_refused_and_keeps_its_files(counter: Counter, tmp_path: Path) -> None:
    bare = enrol(tmp_path / "bare", counter.server, counter.url)
    assert run("sync", "--data-dir", bare).status == 0
    listed = run("central", "devices", "--data-dir", counter.server, "--json").json
    (device_id,) = [row["id"] for row in listed if row["name"] == "bare"]
    assert run("central", "revoke-device", device_id, "--data-dir", counter.server).status == 0
    assert run("sync", "--data-dir", bare).output == REVOKED
    assert run("find", "siti", "--data-dir", bare).status == 0


def test_while_another_process_has_the_device_it_is_not_emptied(revoked: Path) -> None:
    begin_leaving(read_settings(revoked))
    with DeviceFolder(revoked).engine_lock():
        assert run("sync", "--data-dir", revoked).status == 1
    assert "outbox.db" in names_in(revoked)


class Clinging(FakeKeyring):
    """Lets nothing go while it is locked."""

    def __init__(self) -> None:
        super().__init__()
        self.is_locked = True

    def delete_password(self, service: str, username: str) -> None:
        if not self.is_locked:
            super().delete_password(service, username)


def test_a_secret_counts_as_destroyed_only_where_the_keyring_has_let_it_go() -> None:
    keyring = Clinging()
    secrets = KeyringSecrets(keyring, "folder")
    secrets.keep(STORE_KEY, "ab")
    with pytest.raises(KeyringUnusable):
        secrets.destroy(STORE_KEY)
    keyring.is_locked = False
    secrets.destroy(STORE_KEY)
    secrets.destroy(STORE_KEY)
    assert secrets.read(STORE_KEY) is None
