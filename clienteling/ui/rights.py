"""Whether whoever works here now may do something: what they may not is not on their screen."""

from clienteling.ui.hooks import Ready, use_preferences, use_query, use_session
from clienteling.use_cases.rights import Permission

__all__ = ["Permission", "use_may"]


def use_may(permission: Permission) -> bool:
    """Whether they may; False until it is known."""
    services, associate_id = use_session().services, use_preferences().associate_id
    answer = use_query(lambda: services.may(associate_id, permission), associate_id, permission)
    return isinstance(answer, Ready) and answer.value
