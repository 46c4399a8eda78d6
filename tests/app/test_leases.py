"""Leases on a device: kept behind a sync, asked at the door, and nobody else's believed."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from clienteling.bootstrap.leases import LEASES_FILE, LeaseFile
from clienteling.domain.errors import LeaseEnded
from clienteling.secrets import SERVER_KEY, Enrolment, KeyFile, keep_enrolment
from sync.protocol.errors import ProtocolBroken
from sync.protocol.ids import rule_id
from sync.protocol.leases import LEASE_FOR, Lease, LeasesReply, SignedLease, server_id, sign_lease
from sync.protocol.times import to_wire

NOW = datetime(2026, 11, 22, 3, 42, tzinfo=UTC)
DEVICE, RINA, DEDI = rule_id("device"), rule_id("rina"), rule_id("dedi")
SERVER, OTHER = (Ed25519PrivateKey.from_private_bytes(bytes(31) + bytes([n])) for n in (1, 2))


def public(key: Ed25519PrivateKey) -> str:
    return key.public_key().public_bytes_raw().hex()


def signed(associate_id: str = RINA, *, key: Ed25519PrivateKey = SERVER, device: str = DEVICE) -> SignedLease:
    said = Lease(
        server=server_id(public(key)), registration_id=device, associate_id=associate_id, role="manager", store_ids=[],
        issued_at=to_wire(NOW), not_after=to_wire(NOW + LEASE_FOR),
    )  # fmt: skip
    return sign_lease(said, key.sign)


def reply(*leases: SignedLease, key: Ed25519PrivateKey = SERVER) -> LeasesReply:
    return LeasesReply(server_key=public(key), keyed=[RINA], leases=list(leases))


@pytest.fixture
def secrets(tmp_path: Path) -> KeyFile:
    kept = KeyFile(tmp_path / "keys.json")
    keep_enrolment(kept, Enrolment(DEVICE, bytes(32), "1.x"))
    return kept


@pytest.fixture
def leases(tmp_path: Path, secrets: KeyFile) -> LeaseFile:
    return LeaseFile(tmp_path, secrets)


def role(leases: LeaseFile, associate_id: str = RINA, *, after: timedelta = timedelta(), hours: int = 72) -> str | None:
    lease = leases.lease_of(associate_id, now=NOW + after, heard_at=NOW, hours=hours)
    return lease.role if lease is not None else None


def refused(leases: LeaseFile, *, after: timedelta = timedelta(), hours: int = 72) -> str:
    with pytest.raises(LeaseEnded) as caught:
        role(leases, after=after, hours=hours)
    return caught.value.code


def test_a_lease_that_was_kept_holds_for_three_days_or_as_long_as_the_device_allows(leases: LeaseFile) -> None:
    assert role(leases) is None, "before any came"
    leases.keep(reply(signed()))
    assert (role(leases), role(leases, after=timedelta(hours=71))) == ("manager", "manager")
    assert refused(leases, after=LEASE_FOR) == "sign_in.too_long_offline"
    assert refused(leases, after=timedelta(hours=8), hours=8) == "sign_in.too_long_offline"
    assert refused(leases, after=timedelta(hours=-1)) == "sign_in.clock_set_back"


def test_who_had_a_key_and_has_no_lease_does_not_come_in(leases: LeaseFile) -> None:
    leases.keep(reply(signed()))
    leases.keep(reply())
    assert refused(leases) == "sign_in.no_lease"


def test_who_never_had_a_key_does_not_come_in_where_a_colleague_has_one_or_the_server_asks_everybody(
    leases: LeaseFile,
) -> None:
    none = LeasesReply(server_key=public(SERVER), keyed=[], leases=[])
    leases.keep(none)
    assert role(leases, DEDI) is None
    assert not leases.asks_for_keys()
    for said in (reply(signed()), reply(), none.model_copy(update={"required": True})):
        leases.keep(said)
        assert leases.asks_for_keys()
        with pytest.raises(LeaseEnded, match=r"sign_in\.no_key"):
            role(leases, DEDI)


def test_a_lease_of_somebody_else_or_of_another_device_lets_nobody_in(leases: LeaseFile) -> None:
    leases.keep(reply(signed(DEDI), signed(device=rule_id("another"))))
    assert refused(leases) == "sign_in.no_lease"


def test_a_file_that_was_changed_lets_nobody_in(leases: LeaseFile, tmp_path: Path) -> None:
    leases.keep(reply(signed()))
    path = tmp_path / LEASES_FILE
    path.write_text(path.read_text("utf-8").replace("manager", "administrator"), "utf-8")
    assert refused(leases) == "sign_in.no_lease"
    path.write_text(reply(signed(key=OTHER), key=OTHER).model_dump_json(), "utf-8")
    assert refused(leases) == "sign_in.no_lease"


def test_the_first_servers_key_is_kept_and_no_other_servers_leases(leases: LeaseFile, secrets: KeyFile) -> None:
    leases.keep(reply(signed()))
    assert secrets.read(SERVER_KEY) == public(SERVER)
    with pytest.raises(ProtocolBroken) as caught:
        leases.keep(reply(signed(key=OTHER), key=OTHER))
    assert caught.value.code == "lease.other_server"
    assert role(leases) == "manager"


def test_no_name_is_in_the_file(leases: LeaseFile, tmp_path: Path) -> None:
    leases.keep(reply(signed()))
    text = (tmp_path / LEASES_FILE).read_text("utf-8")
    assert RINA in text
    assert '"name"' not in text
