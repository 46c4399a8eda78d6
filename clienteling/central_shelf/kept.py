"""What was read of products, kept by key until one of the products that it is about changes.

Of more than so many the one that was asked for longest ago goes.
"""

import threading
from collections import OrderedDict
from collections.abc import Collection, Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

from clienteling.central_shelf.looking import Look, Looking

Key = TypeVar("Key", bound=Hashable)
Thing = TypeVar("Thing")


@dataclass(frozen=True, slots=True)
class Entry(Generic[Thing]):
    """A thing as it was read after look number `look`. `category`: from which others were chosen."""

    thing: Thing
    look: int
    about: Collection[str]
    category: str | None


class Kept(Generic[Key, Thing]):
    """Thread-safe."""

    def __init__(self, looking: Looking, most: int) -> None:
        self._looking, self._most = looking, most
        self._lock = threading.Lock()
        self._entries: OrderedDict[Key, Entry[Thing]] = OrderedDict()

    def get(self, key: Key) -> Entry[Thing] | None:
        """What is kept and still so at the last look."""
        with self._lock:
            entry = self._entries.get(key)
            if entry is None:
                return None
            self._entries.move_to_end(key)
        return entry if self._looking.holds(entry.look, entry.about, entry.category) else None

    def keep(self, key: Key, thing: Thing, look: Look, about: Collection[str], category: str | None = None) -> Thing:
        """The thing, kept from now on."""
        with self._lock:
            self._entries[key] = Entry(thing, look.number, about, category)
            self._entries.move_to_end(key)
            if len(self._entries) > self._most:
                self._entries.popitem(last=False)
        return thing
