"""Who may do what: roles as the associates' records name them, and the permissions of each.

The server asks this table for every request and entry, and a device asks it before it shows a button: one table, so
that both say the same.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class Role(StrEnum):
    """What an associate is, from the retailer's list of associates."""

    ASSOCIATE = "associate"
    MANAGER = "manager"
    """Of the stores in the associate's `location_ids`."""
    REGIONAL_MANAGER = "regional_manager"
    """As a manager, of several stores."""
    ADMINISTRATOR = "administrator"
    """Of every store: devices, people and settings; customers no more than an associate."""
    PRIVACY_OFFICER = "privacy_officer"
    """Of every store: customers' requests, who looked at whom, erasures."""

    @classmethod
    def named(cls, name: str) -> "Role":
        """The role of that name; a name that is none has an associate's rights."""
        try:
            return cls(name)
        except ValueError:
            return cls.ASSOCIATE

    def is_within(self, other: "Role") -> bool:
        """Whether whoever has the other role may do everything that this one may, wherever it may."""
        return _PERMISSIONS[self] <= _PERMISSIONS[other] and self.is_of_every_store <= other.is_of_every_store

    @property
    def is_of_every_store(self) -> bool:
        return self in _OF_EVERY_STORE


class Permission(StrEnum):
    """What is allowed or not."""

    SERVE = "serve"
    """Open customers and write about them: notes, wishes, holds, promises, answers about consent."""
    SEE_FIGURES = "see_figures"
    """What the team and the labels did."""
    EXPORT = "export"
    """Files of figures; never of customers."""
    MANAGE_DEVICES = "manage_devices"
    """Codes for new devices, names, revocation, what a revoked device had not sent."""
    MANAGE_TEAM = "manage_team"
    """Who may come in on which device, and who opens how many customers."""
    HANDLE_REQUESTS = "handle_requests"
    """Customers' requests: access, copy, correction, restriction, withdrawal, erasure; reports of a breach."""


_MANAGER: Final = frozenset(Permission) - {Permission.HANDLE_REQUESTS}
_PERMISSIONS: Final[Mapping[Role, frozenset[Permission]]] = {
    Role.ASSOCIATE: frozenset({Permission.SERVE}),
    Role.MANAGER: _MANAGER,
    Role.REGIONAL_MANAGER: _MANAGER,
    Role.ADMINISTRATOR: _MANAGER,
    Role.PRIVACY_OFFICER: frozenset({Permission.SERVE, Permission.HANDLE_REQUESTS, Permission.SEE_FIGURES}),
}
_OF_EVERY_STORE: Final = frozenset({Role.ADMINISTRATOR, Role.PRIVACY_OFFICER})


_NEEDS: Final[Mapping[str, Permission]] = dict.fromkeys(
    (
        "appointment.book", "appointment.close", "appointment.edit", "conflict.settle", "consent.record",
        "contact.edit", "follow_up.create", "follow_up.edit", "follow_up.finish", "follow_up.reopen",
        "handover.attach", "handover.make", "hold.cancel", "hold.collect", "hold.request", "interaction.log",
        "note.revise", "note.write", "order.claim", "preference.set", "scans.tally", "wishlist.add", "wishlist.remove",
    ),
    Permission.SERVE,
)  # fmt: skip
"""What each mutation needs; a test compares the names with the mutations there are."""


def permission_to_write(mutation: str) -> Permission:
    """What an actor needs for a mutation of that name. One that nobody knows is refused for that, not for this."""
    return _NEEDS.get(mutation, Permission.SERVE)


def may(role: Role, permission: Permission) -> bool:
    """Whether that role has the permission at all; at which stores says `Role.is_of_every_store`."""
    return permission in _PERMISSIONS[role]
