"""Links by which customers answer what they agree to on a phone of their own: the wire, and where the page is.

Of schema 2, but a server need not know them. The link is all that the phone gets: nothing about the customer is in it.
"""

from typing import Annotated, Final

from pydantic import Field

from sync.protocol.bodies.people import MAX_SEEN_OTHERS
from sync.protocol.mutations.consent import Channel, Purpose
from sync.protocol.wire import Id, Message, Number

CONSENT_PATH: Final = "/shelf/consent/"
"""Of the retailer's pages, before the token. Phones may ask for it in any case: a symbol in upper case is smaller."""
OWN_PHONE: Final = "own_phone"
"""The method in the proof of such an answer."""
MOST_QUESTIONS: Final = 20


class ConsentQuestion(Message):
    """What is to be asked, with the latest answers that the device knows of, as in `consent.record`."""

    purpose: Purpose
    channel: Channel
    seen_event_id: Id | None = None
    seen_others: Annotated[list[Id], Field(max_length=MAX_SEEN_OTHERS)] = Field(default_factory=list)


class ConsentLinkRequest(Message):
    """For a link by which that customer may answer these questions, once."""

    customer_id: Id
    questions: Annotated[list[ConsentQuestion], Field(min_length=1, max_length=MOST_QUESTIONS)]


class ConsentLinkReply(Message):
    """The link, which is told once and kept nowhere, and for how long it holds from now.

    `link_id`: the `confirmation_id` of the answers that come by it.
    """

    link_id: Id
    url: Annotated[str, Field(max_length=400, repr=False)]
    ends_in_s: Number
