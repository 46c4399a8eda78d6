"""A sealed key opens with its PIN, its device and its associate together, and with nothing less."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clienteling.sign_in.sealing import COST, Cost, Owner, seal, unseal
from tests.support.pins import CHEAP, KEY, SECRET

OWNER = Owner("018f0000-0000-7000-8000-000000000001", "a1b2")
SEALED = seal(KEY, "739154", OWNER, device_secret=SECRET, cost=CHEAP)


def test_the_pin_the_device_and_the_associate_open_it() -> None:
    assert unseal(SEALED, "739154", OWNER, device_secret=SECRET) == KEY


@pytest.mark.parametrize(
    ("pin", "owner", "secret"),
    [
        ("739155", OWNER, SECRET),
        ("", OWNER, SECRET),
        ("739154", replace(OWNER, associate_id="018f0000-0000-7000-8000-000000000002"), SECRET),
        ("739154", replace(OWNER, folder_id="a1b3"), SECRET),
        ("739154", OWNER, b"t" * 32),
        ("739154", OWNER, b""),
    ],
)
def test_another_pin_associate_folder_or_device_does_not(pin: str, owner: Owner, secret: bytes) -> None:
    assert unseal(SEALED, pin, owner, device_secret=secret) is None


@given(place=st.integers(0, len(SEALED.box) - 1), flip=st.integers(1, 255))
def test_a_box_that_was_changed_anywhere_does_not_open(place: int, flip: int) -> None:
    box = bytearray(SEALED.box)
    box[place] ^= flip
    assert unseal(replace(SEALED, box=bytes(box)), "739154", OWNER, device_secret=SECRET) is None


@given(st.integers(0, 40))
def test_a_box_that_was_cut_does_not_open(kept: int) -> None:
    assert unseal(replace(SEALED, box=SEALED.box[:kept]), "739154", OWNER, device_secret=SECRET) is None


def test_another_version_does_not_open() -> None:
    assert unseal(replace(SEALED, version=2), "739154", OWNER, device_secret=SECRET) is None


def test_the_same_key_and_pin_are_sealed_differently_each_time() -> None:
    again = seal(KEY, "739154", OWNER, device_secret=SECRET, cost=CHEAP)
    assert (again.salt, again.box) != (SEALED.salt, SEALED.box)
    assert KEY not in SEALED.box


def test_a_try_costs_what_rfc_9106_recommends_second() -> None:
    assert Cost(memory_kib=64 * 1024, passes=3, lanes=4) == COST
    sealed = seal(KEY, "739154", OWNER, device_secret=SECRET)
    assert unseal(sealed, "739154", OWNER, device_secret=SECRET) == KEY
