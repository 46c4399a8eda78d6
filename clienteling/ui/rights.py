"""Whether whoever works here now may do something: what they may not is not on their screen."""

from clienteling.ui.hooks import Ready, use_preferences, use_query, use_session
from clienteling.use_cases.rights import Permission

__all__ = ["Permission", "use_handles_requests", "use_may"]


def use_may(permission: Permission) -> bool:
    """Whether they may; False until it is known."""
    services, associate_id = use_session().services, use_preferences().associate_id
    answer = use_query(lambda: services.may(associate_id, permission), associate_id, permission)
    return isinstance(answer, Ready) and answer.value


def use_handles_requests() -> bool:
    """Whether they handle customers' requests, and this device can ask the server in their name."""
    may = use_may(Permission.HANDLE_REQUESTS)
    return may and use_session().services.requests is not None
