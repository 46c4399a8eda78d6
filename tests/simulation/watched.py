"""What stands between a device of a history and the rest while it syncs: small pages, and digests that never differ."""

from sync.engine.ports import CentralApi, PageResult, Replica, ReplicaSet
from sync.protocol.wire import PullPage, PullRequest
from tests.simulation.known_bugs import WrappedApi, WrappedReplica, WrappedReplicas
from tests.store.invariants import require


class SmallPages(WrappedApi):
    """Pages of at most `rows`: a history's few records come in several."""

    def __init__(self, api: CentralApi, rows: int) -> None:
        super().__init__(api)
        self._rows = rows

    async def pull(self, request: PullRequest) -> PullPage:
        return await self._api.pull(request.model_copy(update={"limit": self._rows}))


class _NeverMismatched(WrappedReplica):
    """A digest that differs means a row was missed before: repairing it does not make that right."""

    def apply_page(self, page: PullPage) -> PageResult:
        result = super().apply_page(page)
        require(not result.mismatched, "I3 digests never differ", result.mismatched)
        return result


class Watched(WrappedReplicas):
    """`sound`: no row of this device was ever damaged."""

    def __init__(self, replicas: ReplicaSet, *, sound: bool) -> None:
        super().__init__(replicas)
        self._sound = sound

    def current(self) -> Replica:
        replica = super().current()
        return _NeverMismatched(replica) if self._sound else replica

    def begin_new_store(self) -> Replica:
        return _NeverMismatched(super().begin_new_store())
