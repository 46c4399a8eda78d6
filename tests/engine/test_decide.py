"""The decision alone: no store, no network."""

from dataclasses import replace

from sync.engine.decide import (
    AskForSnapshots,
    BeginNewStore,
    FetchPage,
    Finish,
    GiveUp,
    LoadSnapshot,
    MendScopes,
    PushEntries,
    RefetchScopes,
    ResendAfter,
    SayHello,
    Situation,
    Step,
    SwitchStore,
    TakeNewIdentity,
    next_step,
)
from sync.engine.ports import Position
from sync.protocol.wire import (
    Ack,
    HelloReply,
    Limits,
    PullPage,
    ScopeDigest,
    SnapshotManifest,
    SnapshotsReply,
)

DEVICE = "018f0000-0000-7000-8000-000000000001"
EPOCH = "018f0000-0000-7000-8000-00000000000a"
OTHER_EPOCH = "018f0000-0000-7000-8000-00000000000b"
UUID = "018f0000-0000-7000-8000-00000000000c"
OTHER_UUID = "018f0000-0000-7000-8000-00000000000d"

SYNCED = Position(device_id=DEVICE, next_n=6, cursor="c", settled_n=5, acked_n=5, applied_n=5, refetch=(), epoch=EPOCH)


def hello(last_n: int, epoch: str = EPOCH, last_uuid: str | None = None) -> HelloReply:
    return HelloReply(
        server_time="2026-11-22T00:00:00Z",
        epoch=epoch,
        last_n=last_n,
        last_uuid=last_uuid,
        grants=["global"],
        schema_min=1,
        schema_max=1,
        store_id=DEVICE,
        limits=Limits(),
    )


def page(ack_n: int = 5, epoch: str = EPOCH, must_refetch: tuple[str, ...] = (), last: bool = True) -> PullPage:
    return PullPage(
        epoch=epoch,
        server_time="2026-11-22T00:00:00Z",
        changes=[],
        cursor="d",
        last_page=last,
        ack=Ack(n=ack_n),
        must_refetch=list(must_refetch),
    )


def offer(*scopes: str) -> SnapshotsReply:
    manifests = [
        SnapshotManifest(
            scope=scope,
            id=DEVICE,
            epoch=EPOCH,
            seq=9,
            size_bytes=1,
            sha256="0" * 64,
            digest=ScopeDigest(total="0", count=0),
            key="0" * 64,
        )
        for scope in scopes
    ]
    return SnapshotsReply(cursor="s", snapshots=manifests)


NEW = replace(SYNCED, epoch=None, cursor=None)


def test_a_device_that_never_synced_says_hello_first() -> None:
    assert next_step(Situation(NEW, None)) == SayHello()


def test_a_device_that_never_synced_pushes_and_then_asks_for_snapshots_before_it_pulls() -> None:
    greeted = Situation(NEW, next_unsent_n=6, hello=hello(5))
    assert next_step(greeted) == PushEntries(5)
    assert next_step(replace(greeted, next_unsent_n=None)) == AskForSnapshots()


def test_where_no_scope_is_big_a_first_sync_goes_by_pages_into_the_store_that_is_there() -> None:
    assert next_step(Situation(NEW, None, hello=hello(5), offered=offer())) == FetchPage()


def test_a_first_sync_of_a_big_scope_fills_a_new_store() -> None:
    assert next_step(Situation(NEW, None, hello=hello(5), offered=offer("store:a"))) == BeginNewStore()


def test_a_first_sync_that_was_cut_between_pages_goes_on_by_pages() -> None:
    assert next_step(Situation(replace(NEW, epoch=EPOCH, cursor="half"), None)) == FetchPage()


def test_every_snapshot_is_loaded_before_the_first_page() -> None:
    offered = offer("global", "store:a")
    filling = Situation(SYNCED, 6, filling=True, offered=offered, to_load=tuple(offered.snapshots))
    assert next_step(filling) == LoadSnapshot(offered.snapshots[0])
    assert next_step(replace(filling, to_load=filling.to_load[1:])) == LoadSnapshot(offered.snapshots[1])
    assert next_step(replace(filling, to_load=())) == FetchPage()


def test_where_a_snapshot_is_of_no_use_pages_fill_another_new_store() -> None:
    offered = offer("store:a")
    loading = Situation(NEW, 6, hello=hello(5), filling=True, new_stores=1, offered=offered)
    refused = replace(loading, to_load=tuple(offered.snapshots)).without_snapshots()
    assert next_step(refused) == BeginNewStore()
    begun = replace(refused, must_refetch=False, new_stores=refused.new_stores + 1)
    assert (next_step(begun), begun.new_stores) == (FetchPage(), 1)


def test_a_snapshot_that_is_too_old_once_it_is_loaded_is_asked_for_again() -> None:
    loaded = Situation(NEW, None, hello=hello(5), filling=True, new_stores=1, offered=offer("store:a"))
    refused = loaded.refused_page(page(must_refetch=("store:a",)))
    assert refused is not None
    assert next_step(refused) == AskForSnapshots()


def test_entries_acknowledged_after_hello_are_not_taken_for_lost() -> None:
    """A device that wrote before its first sync sent everything twice."""
    begun = Situation(replace(SYNCED, epoch=None, cursor=None, acked_n=0), None, hello=hello(0))
    assert next_step(begun.after_page(page(), SYNCED, mismatched=())) == Finish()


def test_waiting_entries_are_pushed_before_the_first_page_is_fetched() -> None:
    assert next_step(Situation(SYNCED, next_unsent_n=6)) == PushEntries(5)
    assert next_step(Situation(SYNCED, next_unsent_n=None)) == FetchPage()


def test_the_run_ends_at_the_last_page() -> None:
    after = Situation(SYNCED, None).after_page(page(), SYNCED, mismatched=())
    assert next_step(after) == Finish()


def test_a_page_that_is_not_the_last_is_followed_by_another() -> None:
    after = Situation(SYNCED, None).after_page(page(last=False), SYNCED, mismatched=())
    assert next_step(after) == FetchPage()


def test_a_cursor_that_cannot_be_continued_fills_a_new_store() -> None:
    refused = Situation(SYNCED, None).refused_page(page(must_refetch=("global",)))
    assert refused is not None
    assert next_step(refused) == AskForSnapshots()
    assert next_step(replace(refused, offered=offer())) == BeginNewStore()


def test_a_filled_new_store_is_switched_to_and_waiting_entries_follow() -> None:
    filling = Situation(SYNCED, next_unsent_n=6, filling=True, at_last_page=True)
    assert next_step(filling) == SwitchStore()
    assert next_step(replace(filling, filling=False)) == PushEntries(5)


def test_a_new_store_is_not_begun_for_ever() -> None:
    assert next_step(Situation(SYNCED, None, must_refetch=True, new_stores=2)) == GiveUp("sync.must_refetch")


def test_a_digest_that_differs_is_mended_twice_refetched_twice_and_then_fills_a_new_store() -> None:
    situation = Situation(SYNCED, None)
    steps: list[Step] = []
    for _ in range(5):
        situation = situation.after_page(page(), SYNCED, mismatched=("global",))
        steps.append(next_step(situation))
        assert next_step(replace(situation, mismatched=())) == (FetchPage() if len(steps) < 5 else AskForSnapshots())
    scopes = ("global",)
    assert steps == [MendScopes(scopes)] * 2 + [RefetchScopes(scopes)] * 2 + [AskForSnapshots()]


def test_a_scope_where_too_much_differs_is_fetched_again_at_once() -> None:
    situation = Situation(SYNCED, None).after_page(page(), SYNCED, mismatched=("global", "store:a"))
    assert next_step(replace(situation, mismatched=(), unmendable=("global",))) == RefetchScopes(("global",))


def test_a_scope_is_mended_before_waiting_entries_are_pushed() -> None:
    situation = Situation(SYNCED, next_unsent_n=6).after_page(page(), SYNCED, mismatched=("global",))
    assert next_step(situation) == MendScopes(("global",))


def test_a_forked_device_takes_a_new_identity_once() -> None:
    forked = Situation(SYNCED, None, forked=True)
    assert next_step(forked) == SayHello()
    answered = replace(forked, hello=hello(7, last_uuid=UUID))
    assert next_step(answered) == TakeNewIdentity()
    assert next_step(replace(answered, new_identities=1)) == GiveUp("sync.device_forked")


def test_a_device_with_another_token_takes_a_new_identity_once_and_sends_all_again() -> None:
    foreign = Situation(SYNCED, 6, foreign=True)
    assert next_step(foreign) == TakeNewIdentity(all_again=True)
    assert next_step(replace(foreign, new_identities=1)) == GiveUp("sync.wrong_credential")


def test_a_forked_device_sends_everything_again_where_the_server_lost_what_it_had_acknowledged() -> None:
    forked = Situation(SYNCED, None, forked=True, own_last_uuid=UUID)
    for reply in (hello(7, OTHER_EPOCH, UUID), hello(3, last_uuid=UUID), hello(5, last_uuid=OTHER_UUID)):
        assert next_step(replace(forked, hello=reply)) == TakeNewIdentity(all_again=True)
    assert next_step(replace(forked, hello=hello(5, last_uuid=UUID))) == TakeNewIdentity()


def test_another_entry_under_the_last_number_is_a_fork_before_anything_is_sent() -> None:
    restored = Situation(SYNCED, 6, hello=hello(5, OTHER_EPOCH, UUID), own_last_uuid=OTHER_UUID)
    assert next_step(restored) == TakeNewIdentity(all_again=True)


def test_a_server_that_lost_acknowledged_entries_gets_them_again() -> None:
    refused = Situation(SYNCED, None).refused_page(page(ack_n=3))
    assert refused is not None
    assert next_step(refused) == SayHello()
    answered = replace(refused, hello=hello(3), hello_wanted=False)
    assert next_step(answered) == ResendAfter(3, EPOCH)


def test_a_new_epoch_is_a_restored_server_even_where_the_cursor_is_refused_as_well() -> None:
    refused = Situation(SYNCED, None).refused_page(page(ack_n=5, epoch=OTHER_EPOCH, must_refetch=("global",)))
    assert refused is not None
    answered = replace(refused, hello=hello(2, OTHER_EPOCH), hello_wanted=False)
    assert next_step(answered) == ResendAfter(2, OTHER_EPOCH)
    assert next_step(replace(answered, resent=True, next_unsent_n=None)) == AskForSnapshots()


def test_entries_are_sent_again_once_in_a_run() -> None:
    assert Situation(SYNCED, None, resent=True).refused_page(page(ack_n=3)) is None


def test_a_gap_that_hello_does_not_explain_ends_the_run() -> None:
    assert next_step(Situation(SYNCED, 6, hello=hello(5), hello_wanted=True, hellos=3)) == GiveUp("sync.gap")
