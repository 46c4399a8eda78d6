"""Nonces: none is taken twice while its signature holds, and memory is bounded."""

from datetime import timedelta

import pytest

from sync.central_api.nonces import HOLDS, Nonces
from sync.protocol.errors import Replayed, Unreachable
from tests.support.fakes import FakeClock

TABLET, OTHER = "tablet", "other"


@pytest.mark.parametrize("seconds", [0, 1, 59, 119, 120])
def test_a_nonce_is_not_taken_again_while_its_signature_could_hold(clock: FakeClock, seconds: int) -> None:
    nonces = Nonces()
    nonces.take(TABLET, "before", clock())
    clock.advance(timedelta(seconds=100))
    nonces.take(TABLET, "a", clock())
    later = clock.advance(timedelta(seconds=seconds))
    nonces.take(TABLET, "between", later)
    with pytest.raises(Replayed):
        nonces.take(TABLET, "a", later)


def test_two_devices_may_use_the_same_nonce(clock: FakeClock) -> None:
    nonces = Nonces()
    nonces.take(TABLET, "a", clock())
    nonces.take(OTHER, "a", clock())


def test_a_clock_set_back_frees_no_nonce(clock: FakeClock) -> None:
    nonces = Nonces()
    nonces.take(TABLET, "a", clock())
    nonces.take(TABLET, "b", clock.advance(timedelta(days=-1)))
    with pytest.raises(Replayed):
        nonces.take(TABLET, "a", clock.advance(HOLDS))


def test_a_clock_set_back_fills_the_memory_for_no_longer_than_any_other(clock: FakeClock) -> None:
    nonces = Nonces(most_each=1)
    nonces.take(TABLET, "a", clock())
    with pytest.raises(Unreachable):
        nonces.take(TABLET, "b", clock.advance(timedelta(days=-1)))
    nonces.take(TABLET, "b", clock.advance(2 * HOLDS))


def test_no_more_is_remembered_than_allowed_and_none_is_forgotten_for_it(clock: FakeClock) -> None:
    nonces = Nonces(most_each=3)
    for nonce in "abc":
        nonces.take(TABLET, nonce, clock())
    with pytest.raises(Unreachable, match="busy"):
        nonces.take(TABLET, "d", clock())
    nonces.take(OTHER, "d", clock())
    nonces.take(TABLET, "a", clock.advance(2 * HOLDS))
