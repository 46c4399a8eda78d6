"""The search for circles of objects, kept out of the way: it always comes back."""

import gc
import sys
import threading
from collections.abc import Iterator

import pytest

from sync.protocol.collector import collector_paused

BATCHES = 20_000
THREADS = 4


@pytest.fixture
def threads_that_take_turns_often() -> Iterator[None]:
    """Turns after a step or two, as on a machine with more threads than a test has; and the collector on after it."""
    before_s = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before_s)
    gc.enable()


def fail_in_a_batch() -> None:
    with collector_paused(), collector_paused():
        assert not gc.isenabled()
        raise ValueError("batch")


def test_collector_is_off_inside_and_on_again_after_an_exception() -> None:
    with pytest.raises(ValueError, match="batch"):
        fail_in_a_batch()
    assert gc.isenabled()


@pytest.mark.usefixtures("threads_that_take_turns_often")
def test_collector_is_on_again_after_batches_of_many_threads() -> None:
    def handle_batches() -> None:
        for _ in range(BATCHES):
            with collector_paused():
                pass

    threads = [threading.Thread(target=handle_batches) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert gc.isenabled()
