"""Customers, what they told us, and what people here wrote of them."""

from typing import Annotated, Any, Final

from pydantic import Field

from sync.protocol.bodies.base import CommerceBody, Moment, Part, RecordBody, Short, Words
from sync.protocol.wire import Id


class CustomerBody(CommerceBody):
    """A person. `phone` is E.164 or empty, `phone_typed` what was written.

    `written_by` holds, for each field an associate changed, the [device id, number] of the entry that did. RESTRICTED
    is there, and true, of who asked that what is known of them be kept and not used.
    """

    name: Short
    salutation: Short = ""
    phone: Short = ""
    phone_typed: Short = ""
    email: Short = ""
    birthday: Annotated[str, Field(pattern=r"^(\d{4}-\d{2}-\d{2})?$")] = ""
    language: Short = ""
    city: Short = ""
    home_store_id: Id | None = None
    since_at: Moment | None = None
    has_account: bool = True
    alias_of: Id | None = None
    written_by: dict[str, tuple[str, int]] = Field(default_factory=dict)


RESTRICTED: Final = "restricted"
"""The field of a customer that only the server writes, for a request (UU PDP article 11, GDPR article 18). No import
says it, and it is not among what an import leaves empty, so that none takes it away."""

CONTACT_FIELDS = frozenset(
    {"name", "salutation", "phone", "phone_typed", "email", "birthday", "language", "city", "home_store_id"}
)
"""Fields of a customer that `contact.edit` may change."""


class PreferenceBody(RecordBody):
    """One thing a customer told us. `id` is `preference_id(customer_id, key)`; keys: size_top, size_shoe, likes, ..."""

    customer_id: Id
    key: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,40}$")]
    value: Short
    written_by: dict[str, tuple[str, int]] = Field(default_factory=dict)


MAX_DRAWING_CHARACTERS = 2_000
Drawing = Annotated[str, Field(max_length=MAX_DRAWING_CHARACTERS, pattern=r"^[M0-9 ]*$")]
"""A signature as it was drawn: SVG path data of whole numbers, `M` alone, on a ground of 480 by 160."""
MAX_SEEN_OTHERS = 20


class ConsentProof(Part):
    """How an answer was given. Source of the duty: UU 27/2022 (UU PDP), article 24.

    method           spoken at the counter, signed or confirmed on the device, on their own_phone, on paper; no closed
                     set, for a server that refused a word it does not know would refuse withdrawals
    author_name      who took it down, as they were called then; the event's `actor` is who
    confirmation_id  the same for all answers that one signature or one press confirmed
    """

    method: Annotated[str, Field(pattern=r"^[a-z_]{0,40}$")] = ""
    author_name: Short = ""
    confirmation_id: Id | None = None
    drawing: Drawing = ""


class ConsentRecord(Part):
    """One event. `seen_event_id`: the latest event its writer had seen, which is what decides, never a clock.

    seen_others  events of other ledgers that bear on this one (of who was merged into this customer, or of every
                 channel of the purpose) and that its writer had seen
    """

    event_id: Id
    granted: bool
    seen_event_id: Id | None = None
    at: Moment
    text_version: Short = ""
    language: Short = ""
    actor: Short = ""
    store_id: Id | None = None
    source: Short = ""
    seen_others: Annotated[list[Id], Field(max_length=MAX_SEEN_OTHERS)] = Field(default_factory=list)
    proof: ConsentProof | None = None


class ConsentBody(RecordBody):
    """The append-only events of one customer, purpose and channel. `id` is `consent_id(customer_id, purpose, channel)`.

    `purpose`: marketing, profiling, service, survey. `channel`: email, whatsapp, sms, phone, post, or any.
    """

    customer_id: Id
    purpose: Short
    channel: Short
    events: list[ConsentRecord]


class WishlistItemBody(RecordBody):
    """One add. Two adds of the same thing are two items; a removal names the items it saw (observed-remove set).

    `store_id`: where an associate added it; None for wishes of the web shop.
    """

    customer_id: Id
    product_id: Id
    variant_id: Id | None = None
    added_at: Moment
    channel: Short = ""
    added_by: Short = ""
    store_id: Id | None = None
    source: Short = ""


class NoteRevision(Part):
    """What somebody made of a note. `seen`: the revisions whose text they had before them, which it replaces."""

    revision_id: Id
    seen: list[Id]
    text: Words
    author_id: Short = ""
    author_name: Short = ""
    at: Moment


class NoteBody(RecordBody):
    """`revisions`: none as long as nobody has changed the note, else all of them, the first being what was written
    first under the note's own id. `text` is that of the last to arrive; the others that nobody replaced hold too
    (`mutations.notes.heads_of`).
    """

    customer_id: Id
    text: Words
    author_id: Short = ""
    author_name: Short = ""
    store_id: Id | None = None
    store_only: bool = False
    written_at: Moment
    source: Short = ""
    revisions: list[NoteRevision] = Field(default_factory=list)
    written_by: dict[str, tuple[str, int]] = Field(default_factory=dict)


class EnquiryBody(RecordBody):
    """A question or complaint (`topic`), with its `status`."""

    customer_id: Id
    topic: Annotated[str, Field(pattern="^(complaint|question)$")]
    subject: Words
    status: Annotated[str, Field(pattern="^(open|closed)$")] = "open"
    opened_at: Moment
    location_id: Id | None = None
    order_number: Short = ""
    source: Short = ""
    external_ref: Short = ""


class ConflictBody(RecordBody):
    """The value that lost where two people changed one field. `id` is the rule id of the entry's uuid and the field."""

    customer_id: Id
    record_kind: Short
    record_id: Id
    field: Short
    kept: Any
    other: Any
    status: Annotated[str, Field(pattern="^(open|settled)$")] = "open"
    entry_uuid: Short = ""
    source: Short = ""


class PossibleDuplicateBody(RecordBody):
    """Two customers who may be one person. Never merged on a phone number alone: families share phones."""

    customer_ids: tuple[Id, Id]
    reason: Short
    status: Annotated[str, Field(pattern="^(open|settled)$")] = "open"
