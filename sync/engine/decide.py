"""What to do next, decided without I/O from what is known so far in this run.

The shape is vdirsyncer's (`sync/__init__.py`: decide, then act). `run_once` acts and tells the situation what came of
it; every answer the server can give leads to one of the steps below, and each step may be cut off and repeated.
"""

from dataclasses import dataclass, replace

from sync.engine.ports import Position
from sync.protocol.errors import WrongCredential
from sync.protocol.wire import HelloReply, PullPage, SnapshotManifest, SnapshotsReply

MAX_MENDINGS = 2
"""After this many repairs of scopes whose digest still differs, they are fetched again from their first row."""

MAX_MISMATCH_ROUNDS = MAX_MENDINGS + 2
"""After two such refetches, the whole store is fetched anew."""

MAX_NEW_STORES = 2
MAX_NEW_IDENTITIES = 1
MAX_HELLOS = 3
MAX_CUTS = 3
"""After this many transfers of a snapshot that were cut without a chunk between them, pages bring what it has."""


@dataclass(frozen=True, slots=True)
class SayHello:
    """Ask for the server's epoch and the highest number it has from this device."""


@dataclass(frozen=True, slots=True)
class TakeNewIdentity:
    """Another machine used this device's numbers, or the device has another token than it was known by: take a new
    device id and keep every waiting entry.

    `all_again`: the server lost what it had acknowledged, and the other machine used those numbers since. Which is not
    known, so all go up again; the server counts none twice.
    """

    all_again: bool = False


@dataclass(frozen=True, slots=True)
class ResendAfter:
    """The server was restored: entries above `last_n` go up again."""

    last_n: int
    epoch: str


@dataclass(frozen=True, slots=True)
class PushEntries:
    """Send waiting entries with numbers above `after_n`."""

    after_n: int


@dataclass(frozen=True, slots=True)
class FetchPage:
    """Pull the next page and apply it."""


@dataclass(frozen=True, slots=True)
class MendScopes:
    """Compare these scopes with the server's and fetch what differs."""

    scopes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RefetchScopes:
    """Mending did not help, or too much differs: have the next pages bring these scopes from their first row."""

    scopes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BeginNewStore:
    """The cursor cannot be continued: fill a new store beside the one people look at."""


@dataclass(frozen=True, slots=True)
class AskForSnapshots:
    """Everything is to be fetched: which scopes can be loaded instead."""


@dataclass(frozen=True, slots=True)
class LoadSnapshot:
    """Load a scope into the new store, from where a cut transfer ended."""

    manifest: SnapshotManifest


@dataclass(frozen=True, slots=True)
class SwitchStore:
    """The new store reached its last page."""


@dataclass(frozen=True, slots=True)
class Finish:
    """Everything is sent and the last page is applied."""


@dataclass(frozen=True, slots=True)
class GiveUp:
    """The same trouble came back in this run; `code` is a message key."""

    code: str


Step = (
    SayHello
    | TakeNewIdentity
    | ResendAfter
    | PushEntries
    | FetchPage
    | MendScopes
    | RefetchScopes
    | BeginNewStore
    | AskForSnapshots
    | LoadSnapshot
    | SwitchStore
    | Finish
    | GiveUp
)


@dataclass(frozen=True, slots=True)
class Situation:
    """What is known in this run. `next_unsent_n`: the first waiting entry not yet sent in this run, or None.

    `foreign`: the server knows the device id by another token than the one the device has now.

    `own_last_uuid`: what this device has under the highest number that hello told of.

    `mismatched`: scopes whose digest differs; `unmendable`: those of them where too much does. `offered`: the snapshots
    there are, None before the server was asked; `to_load`: those that the new store does not have yet; `cuts`: how
    often the transfer was cut since it last brought something.
    """

    position: Position
    next_unsent_n: int | None
    hello: HelloReply | None = None
    own_last_uuid: str | None = None
    hello_wanted: bool = False
    hellos: int = 0
    forked: bool = False
    foreign: bool = False
    new_identities: int = 0
    must_refetch: bool = False
    filling: bool = False
    new_stores: int = 0
    at_last_page: bool = False
    mismatched: tuple[str, ...] = ()
    unmendable: tuple[str, ...] = ()
    mismatch_rounds: int = 0
    resent: bool = False
    offered: SnapshotsReply | None = None
    to_load: tuple[SnapshotManifest, ...] = ()
    cuts: int = 0

    def after_page(self, page: PullPage, position: Position, mismatched: tuple[str, ...]) -> "Situation":
        """The situation once `page` is applied. What hello said is older than the page and says nothing of it."""
        return replace(
            self,
            position=position,
            hello=None,
            at_last_page=page.last_page and not mismatched,
            mismatched=mismatched,
            mismatch_rounds=self.mismatch_rounds + (1 if mismatched else 0),
        )

    def refused_page(self, page: PullPage) -> "Situation | None":
        """The situation where `page` must not be applied as it is, or None where it may be.

        A server with another epoch, or with fewer entries of this device than it has acknowledged, was restored.
        """
        before = self.position
        restored = not self.filling and (
            (before.epoch is not None and page.epoch != before.epoch) or page.ack.n < before.acked_n
        )
        if restored and not self.resent:
            return replace(self, hello_wanted=True, must_refetch=self.must_refetch or bool(page.must_refetch))
        if page.must_refetch:
            return replace(self, must_refetch=True, offered=None)
        return None

    def without_snapshots(self) -> "Situation":
        """The situation where what was being loaded is of no use: pages fill another new store."""
        return replace(
            self,
            must_refetch=True,
            new_stores=self.new_stores - 1,
            offered=SnapshotsReply(),
            to_load=(),
            cuts=0,
        )


def _was_restored(position: Position, hello: HelloReply) -> bool:
    """Whether the server lost entries it had acknowledged, or says that it was restored."""
    return hello.last_n < position.acked_n or (position.epoch is not None and hello.epoch != position.epoch)


def _is_forked(situation: Situation) -> bool:
    """Whether another machine used this device's numbers: the server said so, or has another entry under the last."""
    hello = situation.hello
    return situation.forked or (
        hello is not None and hello.last_uuid is not None and hello.last_uuid != situation.own_last_uuid
    )


def _step_of_forked(situation: Situation) -> Step:
    hello, position = situation.hello, situation.position
    if situation.new_identities >= MAX_NEW_IDENTITIES:
        return GiveUp("sync.device_forked")
    if hello is None:
        return SayHello()
    ours_replaced = hello.last_n <= position.acked_n and hello.last_uuid != situation.own_last_uuid
    return TakeNewIdentity(all_again=ours_replaced or _was_restored(position, hello))


def next_step(situation: Situation) -> Step:
    """The one thing to do now."""
    if situation.foreign:
        # Nothing can be asked under the old id: whether a restore lost some of what was acknowledged is not known.
        is_again = situation.new_identities >= MAX_NEW_IDENTITIES
        return GiveUp(WrongCredential.code) if is_again else TakeNewIdentity(all_again=True)
    if _is_forked(situation):
        return _step_of_forked(situation)
    if situation.hello_wanted or (situation.position.epoch is None and situation.hello is None):
        return GiveUp("sync.gap") if situation.hellos >= MAX_HELLOS else SayHello()
    hello = situation.hello
    if (
        hello is not None
        and not situation.filling
        and not situation.resent
        and _was_restored(situation.position, hello)
    ):
        return ResendAfter(hello.last_n, hello.epoch)
    if situation.must_refetch or situation.mismatch_rounds > MAX_MISMATCH_ROUNDS:
        if situation.new_stores >= MAX_NEW_STORES:
            return GiveUp("sync.must_refetch")
        return AskForSnapshots() if situation.offered is None else BeginNewStore()
    if situation.to_load:
        return LoadSnapshot(situation.to_load[0])
    if situation.filling and situation.at_last_page:
        return SwitchStore()
    if situation.unmendable or (situation.mismatched and situation.mismatch_rounds > MAX_MENDINGS):
        return RefetchScopes(situation.unmendable or situation.mismatched)
    if situation.mismatched:
        return MendScopes(situation.mismatched)
    if situation.next_unsent_n is not None and not situation.filling:
        return PushEntries(situation.next_unsent_n - 1)
    if situation.at_last_page:
        return Finish()
    if situation.position.epoch is None and not situation.filling:
        if situation.offered is None:
            return AskForSnapshots()
        if situation.offered.snapshots:
            return BeginNewStore()
    return FetchPage()
