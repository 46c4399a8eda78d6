"""The first signal to stop is heard at once, the next ones do not cut off what it began."""

import os
import signal

import pytest

from clienteling.stop_signals import Interrupted, interruptible

NUMBERS = (signal.SIGINT, signal.SIGTERM)


@pytest.mark.skipif(os.name == "nt", reason="POSIX signals")
@pytest.mark.parametrize("first", NUMBERS)
@pytest.mark.parametrize("second", NUMBERS)
def test_a_second_signal_lets_the_stopping_finish(first: signal.Signals, second: signal.Signals) -> None:
    before = [signal.getsignal(number) for number in NUMBERS]
    stopped: list[bool] = []

    def work() -> None:
        try:
            signal.raise_signal(first)
        finally:
            signal.raise_signal(second)
            stopped.append(True)

    with pytest.raises(Interrupted), interruptible():
        work()
    assert stopped == [True]
    assert [signal.getsignal(number) for number in NUMBERS] == before


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="POSIX signals")
def test_a_program_started_with_nohup_survives_its_terminal() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with interruptible():
            signal.raise_signal(signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, before)
