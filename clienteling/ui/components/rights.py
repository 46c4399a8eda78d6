"""Who finds the way to devices and people: no way is shown that leads nowhere, and the server decides in the end."""

from clienteling.ui.hooks import use_session
from clienteling.ui.rights import Permission, use_may


def use_manages_devices() -> bool:
    """Whether whoever works here now manages devices and people, by a program that can ask the server for it."""
    may = use_may(Permission.MANAGE_DEVICES)
    return may and use_session().services.manage is not None
