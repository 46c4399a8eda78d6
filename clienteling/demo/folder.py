"""The demo's folder: whose it is, who is in it, and how it is thrown away."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from clienteling.demo.layout import DemoFailed
from clienteling.domain.errors import StoreInUse
from clienteling.store.folder_lock import FolderLock

FILLED_FILE = "filled.json"
MARK_FILE = "demo-folder"
RESET_FILE = "reset-asked"


def mark(folder: Path) -> None:
    """Make the folder and mark it as a demo's. Raises DemoFailed where it holds other things: a reset deletes."""
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / MARK_FILE).exists() and any(folder.iterdir()):
        raise DemoFailed("demo.not_a_demo", folder=str(folder))
    (folder / MARK_FILE).touch()


def throw_away(folder: Path) -> None:
    """Throw away what a demo makes in its folder, and nothing else; nothing at all where no demo was.

    Raises StoreInUse where one of its devices is running.
    """
    if not (folder / MARK_FILE).exists():
        return
    from clienteling.store.device_folder import DeviceFolder  # loads what a start without a reset does not need

    devices = [path for path in folder.glob("store-*") if path.is_dir()]
    with ExitStack() as locks:
        for path in devices:
            locks.enter_context(DeviceFolder(path).engine_lock())
    for made in (folder / "central", folder / "logs", *devices):
        shutil.rmtree(made, ignore_errors=True)
    for made in (folder / FILLED_FILE, folder / RESET_FILE):
        made.unlink(missing_ok=True)


@contextmanager
def only_demo_here(folder: Path) -> Iterator[None]:
    """Holds a demo's folder, marked before, so that no other demo starts in it or resets it. Raises DemoFailed."""
    lock = FolderLock(folder / MARK_FILE, wait=False)
    try:
        lock.acquire()
    except StoreInUse as error:
        raise DemoFailed("demo.running") from error
    try:
        yield
    finally:
        lock.release()


def ask_for_reset(demo_file: Path) -> None:
    """Have the running demo start from the retailer's exports again; for the app, which is one of its processes.

    demo_file  what the demo left for this device (`--demo`)

    Returns at once. Within a second the demo ends all its processes, this one too, and starts them anew where they
    were; what was written in the demo is gone.
    """
    (demo_file.parent.parent / RESET_FILE).touch()
