"""What consents say to the person at the counter: all that can be asked, and what not to do."""

from collections.abc import Iterable

from clienteling.domain.views import ConsentView

MARKETING = "marketing"
ASKED: tuple[tuple[str, str], ...] = (
    (MARKETING, "email"),
    (MARKETING, "whatsapp"),
    (MARKETING, "sms"),
    (MARKETING, "phone"),
    ("profiling", "any"),
)
"""Purposes and channels every customer can be asked about, in the order they are shown."""


def with_never_asked(known: Iterable[ConsentView]) -> tuple[ConsentView, ...]:
    """One line for everything that can be asked, in order, then whatever else is known."""
    by_key = {(one.purpose, one.channel): one for one in known}
    asked = [by_key.get(key, ConsentView(*key, granted=None, at=None, event_id=None)) for key in ASKED]
    return (*asked, *(by_key[key] for key in sorted(by_key.keys() - set(ASKED))))


def what_not_to_do(consents: Iterable[ConsentView]) -> tuple[ConsentView, ...]:
    """Marketing that was withdrawn or refused. Never having been asked is no prohibition to show, nor a permission."""
    return tuple(one for one in consents if one.purpose == MARKETING and one.granted is False)
