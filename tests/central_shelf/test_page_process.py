"""Pages made in a process beside the one that answers are the same pages, and it goes when it should."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Final

import pytest

from build_scripts.environment import ROOT, child_environment
from clienteling.central_shelf.beside_api import page_maker
from clienteling.central_shelf.looking import Looking
from clienteling.central_shelf.page_process import PageProcess
from clienteling.central_shelf.source import CentralShelf
from clienteling.settings import ServerSettings
from clienteling.shelf.address import read_address
from clienteling.shelf.asked import ReviewsAsked, Spoken
from clienteling.shelf.making import NotElsewhere, PageAsked, PageBefore, PageMaker
from sync.central_api.database import CentralDatabase, migrate, sqlite_url
from sync.central_api.import_records import import_records
from tests.support.fakes import FakeClock
from tests.support.shelf_shop import SHIRT_M, priced, small_retailer, variant
from tests.support.shops import SOURCE
from tests.support.waiting import wait_until

OWN_URL: Final = "http://127.0.0.1:1"
PAGE: Final = PageAsked(read_address(f"/SBDG/01/{SHIRT_M}", ""), ReviewsAsked(), Spoken("id"), "gzip")
NO_PAGE: Final = PageAsked(read_address("/SBDG/01/09506000134376", ""), ReviewsAsked(), Spoken("id"), "gzip")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A server's, with a small retailer."""
    made = tmp_path_factory.mktemp("pages")
    url = sqlite_url(made / "central.db")
    migrate(url)
    with CentralDatabase(url) as database:
        import_records(database, small_retailer(), source=SOURCE, now=FakeClock())
    return made


def maker_of(folder: Path) -> PageMaker:
    return page_maker(ServerSettings(data_dir=folder), sqlite_url(folder / "central.db"), OWN_URL)


@pytest.fixture(scope="module")
def pages(folder: Path) -> Iterator[PageProcess]:
    made = PageProcess(partial(maker_of, folder))
    begin(made)
    yield made
    made.end()


def begin(pages: PageProcess) -> None:
    pages.start()
    wait_until(lambda: pages.is_ready)


def process_of(pages: PageProcess) -> int:
    assert pages._pool is not None
    (pid,) = pages._pool._processes
    return pid


def is_there(pid: int) -> bool:
    """Whether that process runs; one that has ended and was not asked for counts as gone."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def test_it_makes_the_page_that_would_be_made_here(pages: PageProcess, folder: Path) -> None:
    made = asyncio.run(pages.make(PAGE, None, ""))
    here = maker_of(folder).make(PAGE, None, "")
    assert made is not None
    assert here is not None
    assert b"Kemeja" in made.content
    assert (made.content, made.store_id, made.is_sold_out) == (here.content, here.store_id, here.is_sold_out)


def test_a_page_that_would_be_the_same_is_not_made_again(pages: PageProcess) -> None:
    async def twice() -> None:
        made = await pages.make(PAGE, None, "")
        assert made is not None
        assert await pages.make(PAGE, PageBefore(made.told, made.made_at), "") is None
        assert await pages.make(PAGE, PageBefore(made.told + 1, made.made_at), "") is not None

    asyncio.run(twice())


def test_a_page_is_never_older_than_what_was_seen_by_whoever_asks(pages: PageProcess, folder: Path) -> None:
    url = sqlite_url(folder / "central.db")
    with CentralDatabase(url) as database:
        seen = CentralShelf(database, read_picture=lambda name: None, looking=Looking(every_s=0.0))

        async def asked(price: int) -> bytes:
            dearer = priced("kemeja linen", variant("linen m", SHIRT_M, "M"), price=price)[1:]
            import_records(database, dearer, source=SOURCE, now=FakeClock())
            made = await pages.make(PAGE, None, seen.freshness("SBDG"))
            assert made is not None
            return made.content

        async def twice() -> None:
            assert b"Rp111.000" in await asked(111_000_00)
            assert b"Rp222.000" in await asked(222_000_00)

        asyncio.run(twice())


def test_a_product_that_nobody_has_is_told_so(pages: PageProcess) -> None:
    made = asyncio.run(pages.make(NO_PAGE, None, ""))
    assert made is not None
    assert made.status == 404


def test_a_process_that_was_killed_is_begun_anew(pages: PageProcess) -> None:
    assert asyncio.run(pages.make(PAGE, None, "")) is not None
    killed = process_of(pages)
    os.kill(killed, signal.SIGKILL)
    wait_until(lambda: not is_there(killed))
    with pytest.raises(NotElsewhere):
        asyncio.run(pages.make(PAGE, None, ""))
    wait_until(lambda: pages.is_ready)
    assert asyncio.run(pages.make(PAGE, None, "")) is not None
    assert process_of(pages) != killed


def test_it_ends_with_its_owner_and_no_page_is_made_then(folder: Path) -> None:
    pages = PageProcess(partial(maker_of, folder))
    with pytest.raises(NotElsewhere):
        asyncio.run(pages.make(PAGE, None, ""))
    begin(pages)
    assert asyncio.run(pages.make(PAGE, None, "")) is not None
    pid = process_of(pages)
    pages.end()
    assert not is_there(pid)
    with pytest.raises(NotElsewhere):
        asyncio.run(pages.make(PAGE, None, ""))


_OWNER: Final = """
import asyncio, sys
from functools import partial
from pathlib import Path
from tests.central_shelf.test_page_process import PAGE, begin, maker_of, process_of
from clienteling.central_shelf.page_process import PageProcess

if __name__ == "__main__":
    pages = PageProcess(partial(maker_of, Path(sys.argv[1])))
    begin(pages)
    assert asyncio.run(pages.make(PAGE, None, "")) is not None
    print(process_of(pages), flush=True)
    sys.stdin.read()
"""


def test_it_ends_where_its_owner_was_killed(folder: Path, tmp_path: Path) -> None:
    script = tmp_path / "owner.py"
    script.write_text(_OWNER, "utf-8")
    environment = {**child_environment(), "PYTHONPATH": str(ROOT)}
    words = [sys.executable, str(script), str(folder)]
    owner = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment, cwd=ROOT)
    try:
        assert owner.stdout is not None
        pid = int(owner.stdout.readline())
        assert is_there(pid)
        owner.kill()
        wait_until(lambda: not is_there(pid))
    finally:
        owner.kill()
        owner.communicate()
