"""A device's encrypted store with a crowd in it, filled by pages as a new store is, then switched to.

Kept in the folder a person names, since a million customers take minutes. Its name holds the crowd's size and the
fingerprint of the tables for asking, so that another version of the program makes its own.
"""

import itertools
import json
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from build_scripts.benchmarks.crowd import NOW, STORE_ID, make_id, people, records
from build_scripts.benchmarks.goods import goods
from clienteling.store.asking_side import fingerprint
from clienteling.store.database import StoreKey
from clienteling.store.device_folder import DeviceFolder
from clienteling.store.replica import LocalStore
from clienteling.store.unpack import ASKING
from sync.protocol.kinds import GLOBAL_KINDS, GLOBAL_SCOPE, store_scope
from sync.protocol.search_keys import plain_words
from sync.protocol.wire import Ack, Change, PullPage, RowState

KEY: Final = bytes(range(32))
"""No secret: everybody in the file is invented."""
_EPOCH: Final = "00000000-0000-7000-8000-000000000001"
_PAGE_ROWS: Final = 20_000
"""Far more than a real page has: only the store that comes out is measured, and it is filled faster."""
_CONTENT: Final = 2
"""Counts up when what is filled in changes, so that nothing older is measured."""
_ABOUT: Final = "crowd.json"


@dataclass(frozen=True, slots=True)
class KeptStore:
    """A closed store: `words` is how many different words its customers' names have."""

    folder: Path
    customers: int
    words: int

    @contextmanager
    def opened(self) -> Iterator[LocalStore]:
        """The store, closed at the end."""
        store = open_store(self.folder)
        try:
            yield store
        finally:
            store.close()

    @property
    def file(self) -> Path:
        """The rows."""
        folder = DeviceFolder(self.folder)
        return folder.store_path(folder.current_generation() or 1)


def open_store(folder: Path, *, key: StoreKey = KEY) -> LocalStore:
    """The store of a device folder, whose clock stands still."""
    return LocalStore(folder, key, now=lambda: NOW, new_id=make_id, asking=ASKING)


def kept_store(keep: Path, customers: int) -> KeptStore:
    """A store with that many customers: the one kept in the folder, else a new one, which is kept."""
    folder = keep / f"store-{customers}-{_CONTENT}-{fingerprint(ASKING)}"
    about = folder / _ABOUT
    if not about.exists():
        shutil.rmtree(folder, ignore_errors=True)
        print(f"Filling a store with {customers:,} customers (kept in {folder}) ...", file=sys.stderr, flush=True)
        fill(folder, customers)
        words = len({word for person in people(customers) for word in plain_words(person.name)})
        about.write_text(json.dumps({"words": words}), encoding="utf-8")
    return KeptStore(folder, customers, json.loads(about.read_text(encoding="utf-8"))["words"])


def fill(folder: Path, customers: int, *, key: StoreKey = KEY, page_rows: int = _PAGE_ROWS) -> None:
    """Nothing; writes the store of a device that has just synced for the first time."""
    store = open_store(folder, key=key)
    try:
        replica = store.begin_new_store()
        for number, (page, last) in enumerate(_pages(customers, page_rows)):
            replica.apply_page(_page(page, number, last=last))
        store.switch_to_new_store()
    finally:
        store.close()


def _pages(customers: int, page_rows: int) -> Iterator[tuple[list[Change], bool]]:
    changes = (
        Change(
            scope=GLOBAL_SCOPE if kind in GLOBAL_KINDS else store_scope(STORE_ID),
            kind=kind.value,
            id=body["id"],
            state=RowState.LIVE,
            version=1,
            body=body,
        )
        for kind, body in itertools.chain(goods(), records(customers))
    )
    page = list(itertools.islice(changes, page_rows))
    while True:
        following = list(itertools.islice(changes, page_rows))
        yield page, not following
        if not following:
            return
        page = following


def _page(changes: list[Change], number: int, *, last: bool) -> PullPage:
    return PullPage(
        epoch=_EPOCH,
        server_time="2026-11-22T03:42:00Z",
        changes=changes,
        cursor=f"page-{number}",
        last_page=last,
        ack=Ack(n=0),
        grants=[GLOBAL_SCOPE, store_scope(STORE_ID)],
    )
