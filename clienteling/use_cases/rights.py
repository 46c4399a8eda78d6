"""What whoever works here may do on this device: one question, asked before something is shown and again before it is
done. Which role may what is the server's table too (`sync.protocol.roles`).

Where nobody has a PIN nobody can be told apart; figures hold no people, so they are everybody's there.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from clienteling.domain.errors import NotAllowed
from clienteling.store import queries_records
from clienteling.store.replica import LocalStore
from sync.protocol.roles import Permission, Role, may

__all__ = ["Permission", "Rights"]

_WITHOUT_PEOPLE: Final = frozenset({Permission.SEE_FIGURES, Permission.EXPORT})


@dataclass(frozen=True, slots=True)
class Rights:
    """The rights on one device.

    told_role  what the server has signed that somebody is now; None where it said nothing: the list of associates tells
    has_pins   whether people sign in here
    """

    store: LocalStore
    told_role: Callable[[str], str | None] = lambda _: None
    has_pins: Callable[[], bool] = lambda: False

    def of(self, associate_id: str | None) -> frozenset[Permission]:
        """All that they may. `associate_id` None: nobody has said who they are."""
        role = self._role(associate_id) if associate_id is not None else None
        theirs = frozenset(one for one in Permission if may(role, one)) if role is not None else frozenset[Permission]()
        return theirs if self.has_pins() else theirs | _WITHOUT_PEOPLE

    def may(self, associate_id: str | None, permission: Permission) -> bool:
        """Whether they may. `associate_id`: as for `of`."""
        return permission in self.of(associate_id)

    def require(self, associate_id: str | None, permission: Permission) -> None:
        """Nothing, where `may`. Raises NotAllowed."""
        if not self.may(associate_id, permission):
            raise NotAllowed

    def _role(self, associate_id: str) -> Role | None:
        """What they are; None for one who is not of this store."""
        told = self.told_role(associate_id)
        if told is not None:
            return Role.named(told)
        with self.store.reading() as connection:
            listed = {one.id: one.role for one in queries_records.associates(connection)}
        return Role.named(listed[associate_id]) if associate_id in listed else None
