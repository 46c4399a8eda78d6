"""Who acts on a request: the device, and the associate who is signed in there."""

from dataclasses import dataclass

from sync.central_api.devices import Registration
from sync.protocol.errors import Forbidden
from sync.protocol.roles import Permission, Role, may


@dataclass(frozen=True, slots=True)
class Principal:
    """An associate on a device, as the server's own records have them. `store_ids`: where they work."""

    registration: Registration
    associate_id: str
    role: Role
    store_ids: frozenset[str]

    def may(self, permission: Permission, store_id: str | None = None) -> bool:
        """Whether they may do that at the store; without a store, whether they may do it in every store."""
        if not may(self.role, permission):
            return False
        return self.role.is_of_every_store or (store_id is not None and store_id in self.store_ids)

    def require(self, permission: Permission, store_id: str | None = None) -> None:
        """Nothing, where `may`. Raises Forbidden."""
        if not self.may(permission, store_id):
            raise Forbidden
