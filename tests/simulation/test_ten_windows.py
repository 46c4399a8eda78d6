"""The ten windows of the writing rules: moments in which a word could be lost or counted twice, each by name.

Real stores on encrypted files, the real central profile API over its wire, SQLite.
"""

import shutil
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from random import Random

import pytest

from clienteling.store.generation import Step
from clienteling.store.recovery import recover
from clienteling.store.replica import LocalStore
from sync.engine.run_once import SyncResult, run_once
from sync.protocol.errors import Unreachable
from sync.protocol.kinds import GLOBAL_SCOPE, Kind, store_scope
from sync.protocol.mutations import VOID, Entry
from tests.simulation.authority import Authority
from tests.simulation.people import PRODUCT
from tests.simulation.stage import Stage
from tests.simulation.tablet import Line, Tablet
from tests.store.devices import PowerCut
from tests.support.shops import Fault, customer, ref_id

SITI = ref_id(Kind.CUSTOMER, "siti")
BUDI = ref_id(Kind.CUSTOMER, "budi")
AT = "2026-11-22T03:42:00Z"

OpenTablet = Callable[..., Tablet]
Sync = Callable[[Tablet], SyncResult]


@pytest.fixture
def folder(stage: Stage) -> Path:
    return stage.begin()


@pytest.fixture
def open_tablet(stage: Stage, folder: Path) -> Iterator[OpenTablet]:
    """Opens an enrolled device by its name, in a folder of its own; `copy_of` opens a copy of another's files."""
    made: list[Tablet] = []

    def open_one(name: str, copy_of: Path | None = None) -> Tablet:
        enrolled = next(one for one in stage.enrolled if one.name == name)
        line = Line(stage.shops.app)
        line.before, line.after = nothing, lambda step: None
        tablet = Tablet(
            name,
            enrolled,
            copy_of or enrolled.folder,
            folder / f"{name}-{len(made)}",
            random=Random(len(made)),
            line=line,
            on_step=lambda tablet, step: None,
            open_store=LocalStore,
        )
        made.append(tablet)
        return tablet

    yield open_one
    for tablet in made:
        tablet.shut()


@pytest.fixture
def authority(stage: Stage, folder: Path) -> Authority:
    return Authority(stage.shops.database, {})


@pytest.fixture
def sync(stage: Stage) -> Sync:
    return lambda tablet: stage.run(run_once(tablet.store, tablet.api))


def write(tablet: Tablet, text: str, *, customer_id: str = SITI, actor: str | None = None, note_id: str = "") -> Entry:
    args = {
        "note_id": note_id or tablet.new_id(),
        "customer_id": customer_id,
        "text": text,
        "store_id": tablet.store_id,
        "written_at": AT,
    }
    return tablet.store.write("note.write", 1, args, actor=actor or tablet.enrolled.actor, at=tablet.clock())


def files_of(tablet: Tablet, copy: Path) -> Path:
    """`copy`, which has the device's files as they are now."""
    tablet.store.close()
    shutil.copytree(tablet.folder, copy)
    tablet.store = tablet.open()
    return copy


def notes_of(authority: Authority) -> list[str]:
    """Every note the server has."""
    return sorted(body["text"] for key, body in authority.records().items() if key.kind == Kind.NOTE)


async def nothing() -> None:
    """Nobody does anything while a request is on its way."""


def written_once(tablet: Tablet, when: Callable[[], bool], text: str) -> Callable[[], Awaitable[None]]:
    """Writes a note while the first request after `when` is on its way."""

    async def before() -> None:
        if (
            when()
            and text not in tablet.notes()
            and not any(entry.args.get("text") == text for entry in tablet.outbox())
        ):
            write(tablet, text)

    return before


def require_whole(tablet: Tablet, authority: Authority) -> None:
    """The device holds what its scopes hold, and nothing waits."""
    tablet.require_converged(authority, {GLOBAL_SCOPE, store_scope(tablet.store_id)})


def test_power_goes_after_the_outbox_commit(open_tablet: OpenTablet, authority: Authority, sync: Sync) -> None:
    tablet = open_tablet("a1")
    with tablet.cut(Step.ENTRY_KEPT):
        write(tablet, "kept before any row shows it")
    assert tablet.notes() == ["kept before any row shows it"]
    sync(tablet)
    assert notes_of(authority) == ["kept before any row shows it"]
    require_whole(tablet, authority)


def test_power_goes_after_a_page_before_the_outbox_is_marked(
    open_tablet: OpenTablet, authority: Authority, sync: Sync
) -> None:
    tablet = open_tablet("a1")
    write(tablet, "acknowledged in the store, not in the outbox")
    refused = write(tablet, "by nobody", actor=ref_id(Kind.ASSOCIATE, "nobody"))
    with tablet.cut(Step.PAGE_KEPT):
        sync(tablet)
    assert [entry.name for entry in tablet.outbox()] == ["note.write", VOID], "marked at the next start"
    assert [item.entry.uuid for item in tablet.store.attention()] == [refused.uuid]
    sync(tablet)
    assert notes_of(authority) == ["acknowledged in the store, not in the outbox"]
    require_whole(tablet, authority)


def test_push_answer_is_lost_and_the_pull_acknowledges(
    open_tablet: OpenTablet, authority: Authority, sync: Sync, stage: Stage
) -> None:
    tablet = open_tablet("a1")
    write(tablet, "arrived")
    refused = write(tablet, "by nobody", actor=ref_id(Kind.ASSOCIATE, "nobody"))
    tablet.line.fault = lambda path: Fault.ANSWER_LOST if path.endswith("push") else Fault.NONE
    with pytest.raises(Unreachable):
        sync(tablet)
    page = stage.run(tablet.api.pull(tablet.request()))
    tablet.store.current().apply_page(page)
    assert tablet.store.waiting() == 0
    assert [item.entry.uuid for item in tablet.store.attention()] == [refused.uuid]
    assert tablet.notes() == notes_of(authority) == ["arrived"]
    require_whole(tablet, authority)


def test_server_is_restored_with_twelve_of_twenty(
    open_tablet: OpenTablet, authority: Authority, sync: Sync, stage: Stage, folder: Path
) -> None:
    tablet = open_tablet("a1")
    texts = [f"note {n:02}" for n in range(1, 21)]
    for text in texts[:12]:
        write(tablet, text)
    sync(tablet)
    stage.save_server(folder / "backup.db")
    for text in texts[12:]:
        write(tablet, text)
    sync(tablet)
    stage.replace_server(folder / "backup.db")
    stage.new_epoch(tablet.new_id())
    assert notes_of(authority) == texts[:12]
    result = sync(tablet)
    assert result.pushed == 8
    assert notes_of(authority) == tablet.notes() == texts
    assert write(tablet, "note 21").n == 21
    sync(tablet)
    require_whole(tablet, authority)


def test_device_is_restored_from_yesterday(
    open_tablet: OpenTablet, authority: Authority, sync: Sync, tmp_path: Path
) -> None:
    tablet = open_tablet("a1")
    waited = write(tablet, "waiting yesterday")
    yesterday = files_of(tablet, tmp_path / "yesterday")
    write(tablet, "written and sent today")
    sync(tablet)
    restored = open_tablet("a1", copy_of=yesterday)
    write(restored, "written after the restore")
    assert sync(restored).new_identity
    texts = ["waiting yesterday", "written after the restore", "written and sent today"]
    assert notes_of(authority) == restored.notes() == texts
    assert waited.uuid in {entry.uuid for entry in restored.outbox()}
    require_whole(restored, authority)


def test_store_file_is_switched_with_entries_pending(
    open_tablet: OpenTablet, authority: Authority, sync: Sync, stage: Stage
) -> None:
    tablet = open_tablet("a1")
    stage.new_cursor_key("11" * 32)
    write(tablet, "before the new file")
    tablet.line.before = written_once(tablet, lambda: "new store made" in tablet.steps, "while it was filled")
    result = sync(tablet)
    assert result.new_store
    assert tablet.notes() == ["before the new file", "while it was filled"]
    tablet.line.before = nothing
    sync(tablet)
    assert notes_of(authority) == ["before the new file", "while it was filled"]
    require_whole(tablet, authority)


def test_two_processes_write_and_one_is_killed(open_tablet: OpenTablet, authority: Authority, sync: Sync) -> None:
    tablet = open_tablet("a1")
    tablet.open_other()
    assert tablet.other is not None
    own, tablet.store = tablet.store, tablet.other
    tablet.cut_after = Step.ENTRY_KEPT
    with pytest.raises(PowerCut):
        write(tablet, "the other process was killed after this")
    tablet.store = own
    tablet.close_other()
    assert write(tablet, "the first goes on").n == 2
    texts = ["the first goes on", "the other process was killed after this"]
    assert tablet.notes() == texts
    sync(tablet)
    assert notes_of(authority) == texts
    require_whole(tablet, authority)


def test_scope_leaves_with_an_entry_pending(
    open_tablet: OpenTablet, authority: Authority, sync: Sync, stage: Stage
) -> None:
    tablet = open_tablet("a1")
    write(tablet, "about one who moves away", customer_id=BUDI)
    stage.shops.put(customer("budi", "SBY"))
    page = stage.run(tablet.api.pull(tablet.request()))
    tablet.store.current().apply_page(page)
    assert "Budi" in tablet.names(), "an entry about him waits"
    assert tablet.notes() == ["about one who moves away"]
    sync(tablet)
    assert "Budi" in tablet.names(), "serving him made the membership again"
    assert notes_of(authority) == ["about one who moves away"]
    require_whole(tablet, authority)


def test_entry_five_is_refused_and_six_builds_on_it(open_tablet: OpenTablet, authority: Authority, sync: Sync) -> None:
    tablet = open_tablet("a1")
    for n in range(1, 5):
        write(tablet, f"note {n}")
    item_id = tablet.new_id()
    wish = {"item_id": item_id, "customer_id": SITI, "product_id": PRODUCT, "added_at": AT}
    nobody = ref_id(Kind.ASSOCIATE, "nobody")
    five = tablet.store.write("wishlist.add", 1, wish, actor=nobody, at=tablet.clock())
    remove = {"customer_id": SITI, "item_ids": [item_id]}
    six = tablet.store.write("wishlist.remove", 1, remove, actor=tablet.enrolled.actor, at=tablet.clock())
    write(tablet, "note 7")
    sync(tablet)
    shown = [(item.entry.n, item.entry.uuid, item.code) for item in tablet.store.attention()]
    assert shown == [(5, five.uuid, "mutation.actor_unknown"), (6, six.uuid, "mutation.depends_on")]
    assert notes_of(authority) == ["note 1", "note 2", "note 3", "note 4", "note 7"]
    require_whole(tablet, authority)


def test_outbox_is_damaged(open_tablet: OpenTablet, authority: Authority, sync: Sync) -> None:
    tablet = open_tablet("a1")
    texts = [f"note {n:02} " + "x" * 500 for n in range(40)]
    for text in texts:
        write(tablet, text)
    tablet.line.fault = lambda path: Fault.ANSWER_LOST
    with pytest.raises(Unreachable):
        sync(tablet)
    tablet.line.fault = lambda path: Fault.NONE
    old_id = tablet.store.device_id()
    tablet.store._outbox_database.clear_log()
    tablet.store.close()
    path = tablet.folder / "outbox.db"
    content = bytearray(path.read_bytes())
    content[-4096 * 3 + 50] ^= 1
    path.write_bytes(content)
    found = recover(tablet.folder, tablet.key, now=tablet.clock, new_id=tablet.new_id)
    assert found.outbox_kept_at is not None
    assert 20 <= found.salvaged < 40
    tablet.store = tablet.open()
    assert tablet.store.device_id() != old_id
    assert tablet.store.waiting() == found.salvaged
    sync(tablet)
    assert notes_of(authority) == tablet.notes() == texts, "all had arrived, none counts twice"
    require_whole(tablet, authority)


def test_copied_device_keeps_what_is_written_while_its_first_page_is_on_its_way(
    open_tablet: OpenTablet, authority: Authority, sync: Sync, tmp_path: Path
) -> None:
    original = open_tablet("a1")
    copied = open_tablet("a1", copy_of=files_of(original, tmp_path / "copied"))
    write(original, "entry 1 of the original")
    sync(original)
    copied.line.before = written_once(copied, lambda: True, "entry 1 of the copy")
    sync(copied)
    copied.line.before = nothing
    sync(copied)
    assert notes_of(authority) == copied.notes() == ["entry 1 of the copy", "entry 1 of the original"]
    require_whole(copied, authority)


@pytest.mark.parametrize("waits", [False, True])
@pytest.mark.parametrize("of_copy", [1, 2, 3])
def test_entries_of_a_copied_device_outlive_a_restore_after_which_its_twin_was_first(
    open_tablet: OpenTablet, authority: Authority, sync: Sync, stage: Stage, tmp_path: Path, of_copy: int, waits: bool
) -> None:
    original = open_tablet("a1")
    copied = open_tablet("a1", copy_of=files_of(original, tmp_path / "copied"))
    stage.save_server(tmp_path / "backup.db")
    texts = ["of the original 1", "of the original 2"]
    for text in texts:
        write(original, text)
    sync(original)
    stage.replace_server(tmp_path / "backup.db")
    stage.new_epoch(original.new_id())
    for n in range(of_copy):
        texts.append(f"of the copy {n}")
        write(copied, texts[-1])
    sync(copied)
    if waits:
        texts.append("of the original 3")
        write(original, texts[-1])
    sync(original)
    assert notes_of(authority) == sorted(texts)
    require_whole(original, authority)


def test_a_refusal_by_a_restored_server_is_told_though_an_earlier_verdict_was_kept(
    open_tablet: OpenTablet, authority: Authority, sync: Sync, stage: Stage, tmp_path: Path
) -> None:
    tablet, other = open_tablet("a1"), open_tablet("b1")
    sync(other)
    stage.save_server(tmp_path / "backup.db")
    granted = record_consent(tablet, granted=True)
    with tablet.cut(Step.VERDICTS_KEPT):
        sync(tablet)  # applied, says the outbox; the power goes before the page is kept
    stage.replace_server(tmp_path / "backup.db")
    stage.new_epoch(tablet.new_id())
    record_consent(other, granted=False)
    sync(other)
    sync(tablet)
    shown = [(item.entry.uuid, item.code) for item in tablet.store.attention()]
    assert shown == [(granted.uuid, "mutation.consent_withdrawn")]
    require_whole(tablet, authority)


def record_consent(tablet: Tablet, *, granted: bool) -> Entry:
    args = {
        "event_id": tablet.new_id(),
        "customer_id": SITI,
        "purpose": "marketing",
        "channel": "email",
        "granted": granted,
        "seen_event_id": None,
        "at": AT,
        "store_id": tablet.store_id,
    }
    return tablet.store.write("consent.record", 1, args, actor=tablet.enrolled.actor, at=tablet.clock())
