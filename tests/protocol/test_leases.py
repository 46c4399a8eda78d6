"""Leases: what holds, and everything else that does not; by property where there are many ways."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from sync.protocol.ids import rule_id
from sync.protocol.leases import (
    CLOCKS_DIFFER_BY,
    LEASE_FOR,
    Expected,
    Lease,
    LeaseFault,
    SignedLease,
    check_lease,
    server_id,
    sign_lease,
)
from sync.protocol.times import to_wire

ISSUED = datetime(2026, 11, 22, 3, 42, tzinfo=UTC)
KEY = Ed25519PrivateKey.from_private_bytes(bytes(31) + b"\x01")
OTHER_KEY = Ed25519PrivateKey.from_private_bytes(bytes(31) + b"\x02")
PUBLIC = KEY.public_key().public_bytes_raw().hex()
EXPECTED = Expected(PUBLIC, rule_id("device"), rule_id("rani"))
SECOND = timedelta(seconds=1)


def lease(**fields: object) -> Lease:
    whole = {
        "server": server_id(PUBLIC), "registration_id": EXPECTED.registration_id,
        "associate_id": EXPECTED.associate_id, "role": "manager", "store_ids": [rule_id("bandung")],
        "issued_at": to_wire(ISSUED), "not_after": to_wire(ISSUED + LEASE_FOR), **fields,
    }  # fmt: skip
    return Lease.model_validate(whole)


def checked(
    signed: SignedLease,
    *,
    at: timedelta = SECOND,
    heard: timedelta | None = None,
    expected: Expected = EXPECTED,
    at_most: timedelta = LEASE_FOR,
) -> Lease | LeaseFault:
    heard_at = ISSUED + heard if heard is not None else None
    return check_lease(signed, expected, now=ISSUED + at, heard_at=heard_at, at_most=at_most)


GOOD = sign_lease(lease(), KEY.sign)


@given(st.timedeltas(-CLOCKS_DIFFER_BY, LEASE_FOR - SECOND))
def test_a_lease_holds_from_its_beginning_to_its_end(at: timedelta) -> None:
    assert checked(GOOD, at=at) == lease()


@given(st.timedeltas(LEASE_FOR, timedelta(days=10_000)))
def test_no_lease_holds_after_its_end(at: timedelta) -> None:
    assert checked(GOOD, at=at) is LeaseFault.EXPIRED


@given(st.timedeltas(timedelta(), LEASE_FOR), st.timedeltas(timedelta(), LEASE_FOR))
def test_on_a_device_that_allows_less_a_lease_holds_for_less(at: timedelta, at_most: timedelta) -> None:
    assert (checked(GOOD, at=at, at_most=at_most) == lease()) is (at < at_most)


@given(st.timedeltas(timedelta(), timedelta(hours=71)), st.timedeltas(CLOCKS_DIFFER_BY + SECOND, timedelta(days=365)))
def test_a_clock_that_was_set_back_behind_what_was_heard_lets_nobody_in(heard: timedelta, back: timedelta) -> None:
    assert checked(GOOD, at=heard - back, heard=heard) is LeaseFault.CLOCK_SET_BACK
    assert checked(GOOD, at=-back) is LeaseFault.CLOCK_SET_BACK


@given(st.integers(0, 10_000), st.integers(1, 255))
def test_a_lease_that_was_changed_anywhere_is_forged(place: int, by: int) -> None:
    text = bytearray(GOOD.text.encode())
    text[place % len(text)] ^= by & 0x7F or 1
    assert checked(SignedLease(text=text.decode("latin-1").replace("\x00", "?"), signature=GOOD.signature)) is (
        LeaseFault.FORGED
    )
    signature = bytearray.fromhex(GOOD.signature)
    signature[place % 64] ^= by
    assert checked(SignedLease(text=GOOD.text, signature=signature.hex())) is LeaseFault.FORGED


@given(st.text(st.characters(blacklist_categories=["Cs"], blacklist_characters="\x00"), max_size=300))
def test_what_is_no_lease_is_forged_whoever_signed_it(text: str) -> None:
    signature = KEY.sign(f"clienteling lease 1\n{text}".encode()).hex()
    assert checked(SignedLease(text=text, signature=signature)) is LeaseFault.FORGED


def test_a_role_cannot_be_raised_by_whoever_has_the_device() -> None:
    raised = GOOD.text.replace("manager", "administrator")
    assert checked(SignedLease(text=raised, signature=GOOD.signature)) is LeaseFault.FORGED
    own = sign_lease(lease(role="administrator"), OTHER_KEY.sign)
    assert checked(own) is LeaseFault.FORGED


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"server": rule_id("another")}, LeaseFault.OTHER_SERVER),
        ({"registration_id": rule_id("another")}, LeaseFault.OTHER_DEVICE),
        ({"associate_id": rule_id("another")}, LeaseFault.OTHER_ASSOCIATE),
        ({"not_after": to_wire(ISSUED + LEASE_FOR + SECOND)}, LeaseFault.TOO_LONG),
        ({"not_after": to_wire(ISSUED)}, LeaseFault.EXPIRED),
        ({"issued_at": "yesterday"}, LeaseFault.FORGED),
    ],
)
def test_a_lease_that_is_signed_and_says_something_else_lets_nobody_in(
    fields: dict[str, str], fault: LeaseFault
) -> None:
    assert checked(sign_lease(lease(**fields), KEY.sign)) is fault


def test_a_lease_of_another_server_is_forged_for_this_device() -> None:
    other = OTHER_KEY.public_key().public_bytes_raw().hex()
    signed = sign_lease(lease(server=server_id(other)), OTHER_KEY.sign)
    assert checked(signed) is LeaseFault.FORGED
    assert checked(signed, expected=Expected(other, EXPECTED.registration_id, EXPECTED.associate_id)) == lease(
        server=server_id(other)
    )
