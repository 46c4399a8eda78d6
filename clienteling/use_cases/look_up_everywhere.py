"""Find a customer of any store, by a whole key, while there is a network; and keep who is on a screen."""

import threading
from collections import Counter
from collections.abc import Callable

from clienteling.domain.errors import ValidationFailed
from clienteling.domain.online_look_up import OnlineLookUp
from clienteling.domain.signals import Signal
from sync.protocol.search_keys import whole_keys


def is_whole_key(text: str) -> bool:
    """Whether the text is a whole phone, e-mail or card number: all stores are searched by nothing less."""
    return bool(whole_keys(text))


def look_up_everywhere(text: str, *, ask: Callable[[str], Signal[OnlineLookUp]]) -> Signal[OnlineLookUp]:
    """How the look-up stands, from now on; returns at once. Who is found is in the local store before it says so.

    `ask` has the engine ask the server. Raises ValidationFailed(find.not_whole).
    """
    if not is_whole_key(text):
        raise ValidationFailed("text", "find.not_whole")
    return ask(text)


class OpenCustomers:
    """The customers on open screens of this process: they stay however long ago they were looked up."""

    def __init__(self) -> None:
        self._screens: Counter[str] = Counter()
        self._lock = threading.Lock()

    def pin(self, customer_id: str) -> Callable[[], None]:
        """What is to be called, once, when the screen shows the customer no more."""
        with self._lock:
            self._screens[customer_id] += 1

        def unpin() -> None:
            with self._lock:
                self._screens[customer_id] -= 1
                self._screens += Counter()  # drops those on no screen

        return unpin

    def ids(self) -> tuple[str, ...]:
        """Each customer on a screen, once."""
        with self._lock:
            return tuple(self._screens)
