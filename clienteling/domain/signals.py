"""A value that changes while people look at it: thread-safe, the latest value wins, nothing queues up.

The sync engine and the local store publish; screens subscribe through one hook. Callbacks run in the publisher's
thread and must only hand over to their own loop.
"""

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")
Unsubscribe = Callable[[], None]


class Signal(Generic[T]):
    """The latest value of something, and who wants to hear of the next."""

    def __init__(self, initial: T) -> None:
        self._value = initial
        self._listeners: dict[int, Callable[[T], None]] = {}
        self._next_key = 0
        self._lock = threading.Lock()

    @property
    def value(self) -> T:
        return self._value

    def publish(self, value: T) -> None:
        """Keep `value` and tell every listener. A listener that fails is dropped, the others hear."""
        with self._lock:
            self._value = value
            listeners = list(self._listeners.items())
        for key, listener in listeners:
            try:
                listener(value)
            except RuntimeError:  # its loop or its screen is gone
                with self._lock:
                    self._listeners.pop(key, None)

    def subscribe(self, listener: Callable[[T], None]) -> Unsubscribe:
        """Have `listener` called with every value from now on; call the answer to stop."""
        with self._lock:
            key = self._next_key
            self._next_key += 1
            self._listeners[key] = listener

        def unsubscribe() -> None:
            with self._lock:
                self._listeners.pop(key, None)

        return unsubscribe
