"""What whoever works here now may do: what they may not is not on their screen, nor a way that leads nowhere.

The server decides in the end.
"""

from clienteling.ui.hooks import Ready, use_preferences, use_query, use_session
from clienteling.use_cases.rights import Permission
from clienteling.use_cases.services import Services

__all__ = ["Permission", "handles_requests", "manages_devices", "use_rights"]


def use_rights() -> frozenset[Permission]:
    """All that they may; nothing until it is known."""
    services, associate_id = use_session().services, use_preferences().associate_id
    answer = use_query(lambda: services.rights(associate_id), associate_id)
    return answer.value if isinstance(answer, Ready) else frozenset()


def manages_devices(services: Services, rights: frozenset[Permission]) -> bool:
    """Whether they manage devices and people, by a program that can ask the server for it."""
    return Permission.MANAGE_DEVICES in rights and services.manage is not None


def handles_requests(services: Services, rights: frozenset[Permission]) -> bool:
    """Whether they handle customers' requests, by a program that can ask the server in their name."""
    return Permission.HANDLE_REQUESTS in rights and services.requests is not None
