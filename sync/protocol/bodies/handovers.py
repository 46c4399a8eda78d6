"""What a visitor saved at the shelf and shows to an associate: goods under a short code, and nobody's name."""

from typing import Annotated, Final

from pydantic import Field

from sync.protocol.bodies.base import Moment, Part, RecordBody, Short
from sync.protocol.spoken_codes import HANDOVER_CHARS, SPOKEN_ALPHABET
from sync.protocol.wire import Id

MAX_SAVED: Final = 30
MOST_WAITING: Final = 2_000
"""Lists of a store that wait for somebody, or else one phone could fill its tablets before midnight."""

HandoverCode = Annotated[str, Field(pattern=rf"^[{SPOKEN_ALPHABET}]{{{HANDOVER_CHARS}}}$")]


class SavedItem(Part):
    """A product, or one variant of it."""

    product_id: Id
    variant_id: Id | None = None


class HandoverBody(RecordBody):
    """A list handed over. It says nothing about who made it; `attached_by` names the entry's interaction that took it.

    `store_id`: where it was made, whose devices have it. `expires_at`: the end of that store's day.
    """

    code: HandoverCode
    store_id: Id
    items: Annotated[list[SavedItem], Field(min_length=1, max_length=MAX_SAVED)]
    made_at: Moment
    expires_at: Moment
    attached_by: Id | None = None
    attached_at: Moment | None = None
    author_name: Short = ""
