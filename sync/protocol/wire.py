"""Messages between device and central profile API. JSON; unknown fields are ignored; sizes are bounded here.

Change, page, entry and verdict are what both sides store and replay. Errors travel as RFC 9457 problem documents
(`ProblemDocument`) whose `code` is a message key.
"""

import re
from enum import StrEnum
from math import isfinite
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from sync.protocol.digest import BUCKETS
from sync.protocol.ids import CANONICAL

SCHEMA = 2
"""The protocol's schema number. The server speaks SCHEMA - 2 to SCHEMA; a schema only adds.

1: hello, pull, push. 2: verify and rows, to mend a scope whose digest differs. What devices of each schema send is kept
in `tests/vectors/wire` and sent again.
"""

MAX_PAGE_ROWS = 1_000
MAX_PAGE_BYTES = 512 * 1024
MAX_PUSH_ENTRIES = 500
MAX_PUSH_BYTES = 8 * 1024 * 1024
MAX_ANSWER_BYTES = 16 * 1024 * 1024
"""No answer is larger, unpacked: a full page, whose last body may have come by a whole push, and its verdicts."""
MAX_PINNED = 100
MAX_LOOKED_UP = 10
"""Customers of one look-up: a family may share a phone, and a reception desk's number is nobody's."""
MAX_NUMBER = 2**53 - 1
MAX_JSON_DEPTH = 32


STORABLE = r"^[^\x00]*$"
"""The pattern of text a database keeps, for wire models; pydantic itself refuses half a character."""
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def clean_text(text: str) -> str:
    """The same text. Raises ValueError where it holds NUL or a lone surrogate, which PostgreSQL refuses."""
    if "\x00" in text if text.isascii() else _UNSTORABLE.search(text):
        raise ValueError("NUL or lone surrogate")
    return text


def clean_json(value: Any, *, depth: int = 0) -> Any:
    """The same JSON value. Raises ValueError for text that `clean_text` refuses, numbers JSON cannot carry exactly,
    and nesting deeper than MAX_JSON_DEPTH."""
    if depth > MAX_JSON_DEPTH:
        raise ValueError("nested too deep")
    if isinstance(value, str):
        clean_text(value)
    elif isinstance(value, float):
        if not isfinite(value):
            raise ValueError("not a number of JSON")
    elif isinstance(value, int):
        if abs(value) > MAX_NUMBER:
            raise ValueError("beyond 2^53")
    elif isinstance(value, dict):
        for name, part in value.items():
            clean_text(name)
            if isinstance(part, str):  # most parts: a call less for each
                clean_text(part)
            else:
                clean_json(part, depth=depth + 1)
    elif isinstance(value, list):
        for part in value:
            clean_json(part, depth=depth + 1)
    return value


Id = Annotated[str, Field(pattern=CANONICAL, json_schema_extra={"format": "uuid"})]
Number = Annotated[int, Field(ge=0, le=MAX_NUMBER)]
Text = Annotated[str, Field(max_length=200, pattern=STORABLE)]


class Message(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class RowState(StrEnum):
    """What a change says of a record in one scope."""

    LIVE = "live"
    DELETED = "deleted"
    LEFT = "left"
    PURGED = "purged"


class Change(Message):
    """One record in one scope. `body` is there for live rows only.

    `ends_at`: of a live customer in a scope of look-ups, when the look-up ends; a server need not tell.
    """

    scope: str
    kind: str
    id: str
    state: RowState
    version: Number
    body: dict[str, Any] | None = None
    ends_at: str | None = None


class VerdictStatus(StrEnum):
    """What became of an entry. `applied` is the plain case and is not repeated in an ack."""

    APPLIED = "applied"
    MERGED = "merged"
    REJECTED = "rejected"
    VOID = "void"


class Verdict(Message):
    """The server's answer to one entry. `code` is a message key where the status is not applied."""

    n: Number
    uuid: Id
    status: VerdictStatus
    code: str | None = None


class EntryMessage(Message):
    """One outbox entry on its way up. A `void` entry keeps number and uuid only (name `void`, no args)."""

    n: Annotated[int, Field(ge=1, le=MAX_NUMBER)]
    uuid: Id
    name: Text
    version: Annotated[int, Field(ge=1, le=1_000)]
    args: Annotated[dict[str, Any], AfterValidator(clean_json)]
    actor: Text | None = None
    at: Text


class HelloRequest(Message):
    device_id: Id
    schema_number: Annotated[int, Field(ge=1, le=1_000_000)]
    app_version: Text = ""


class Limits(Message):
    page_rows: Number = MAX_PAGE_ROWS
    page_bytes: Number = MAX_PAGE_BYTES
    push_entries: Number = MAX_PUSH_ENTRIES


class HelloReply(Message):
    """`last_n`: the highest number the server has from this device; `epoch` changes after a restore."""

    server_time: str
    epoch: Id
    last_n: Number
    last_uuid: Id | None
    grants: list[str]
    schema_min: Number
    schema_max: Number
    store_id: str
    limits: Limits


class PullRequest(Message):
    """`cursor` None starts from nothing. `refetch` names scopes to send again from their first row.

    `pinned`: customers on an open screen. Those looked up online stay for as long; a server need not know the field.
    """

    device_id: Id
    schema_number: Annotated[int, Field(ge=1, le=1_000_000)]
    cursor: Annotated[str, Field(max_length=20_000)] | None = None
    settled_n: Number = 0
    next_n: Annotated[int, Field(ge=1, le=MAX_NUMBER)] = 1
    refetch: Annotated[list[Text], Field(max_length=100)] = []
    limit: Annotated[int, Field(ge=1, le=MAX_PAGE_ROWS)] = MAX_PAGE_ROWS
    pinned: Annotated[list[Id], Field(max_length=MAX_PINNED)] = []


class ScopeDigest(Message):
    """`total` is decimal text of a number below 2^64."""

    total: Annotated[str, Field(pattern=r"^\d{1,20}$")]
    count: Number


class Ack(Message):
    """All numbers up to `n` are decided; `verdicts` lists those above `settled_n` that were not plainly applied.

    `uuid`: the entry the server has under `n`. A device with another one there was copied, and `n` says nothing of its
    own entries.
    """

    n: Number
    uuid: Id | None = None
    verdicts: list[Verdict] = []


class PullPage(Message):
    """One page, read in one snapshot. `ack`, `digests` and `last_page` belong to that same snapshot.

    `must_refetch` names scopes whose cursor cannot be continued; the page then carries no change.
    """

    kind: Literal["page"] = "page"
    epoch: Id
    server_time: str
    changes: list[Change]
    cursor: str
    last_page: bool
    ack: Ack
    digests: dict[str, ScopeDigest] = {}
    must_refetch: list[str] = []
    grants: list[str] = []
    revoked: list[str] = []


class PushRequest(Message):
    """`previous_uuid`: of the entry before the first one; None for the first of all, or from an older program."""

    device_id: Id
    schema_number: Annotated[int, Field(ge=1, le=1_000_000)]
    previous_uuid: Id | None = None
    entries: Annotated[list[EntryMessage], Field(max_length=MAX_PUSH_ENTRIES)]


class PushReply(Message):
    """A verdict for every entry sent, plainly applied ones too."""

    last_n: Number
    verdicts: list[Verdict]


RowName = tuple[Text, Id]
"""Kind and id of a record."""


class VerifyRequest(Message):
    """Since schema 2. `buckets` none: the digests of all of them. Else the rows of these, from `after` on."""

    device_id: Id
    schema_number: Annotated[int, Field(ge=1, le=1_000_000)]
    scope: Text
    buckets: Annotated[list[Annotated[int, Field(ge=0, lt=BUCKETS)]], Field(max_length=BUCKETS)] = []
    after: RowName | None = None


class VerifyReply(Message):
    """What the server has in a scope: BUCKETS `digests`, or at most MAX_PAGE_ROWS `rows` (kind, id, version) by name.

    `whole` False: there are more rows after the last one.
    """

    epoch: Id
    digests: Annotated[list[ScopeDigest], Field(max_length=BUCKETS)] = []
    rows: list[tuple[str, str, Number]] = []
    whole: bool = True


class RowsRequest(Message):
    """Since schema 2. Asks for records of a scope by name."""

    device_id: Id
    schema_number: Annotated[int, Field(ge=1, le=1_000_000)]
    scope: Text
    names: Annotated[list[RowName], Field(min_length=1, max_length=MAX_PAGE_ROWS)]


class RowsReply(Message):
    """A change for each of the first names asked for, in their order, and at least one: bytes are bounded as in a page.

    A record the scope never had is `left`, of version 0.
    """

    epoch: Id
    changes: list[Change]


class SnapshotsRequest(Message):
    """Of schema 2, but a server need not know it: then it has none. Asks which granted scopes have a snapshot."""

    device_id: Id
    schema_number: Annotated[int, Field(ge=1, le=1_000_000)]


class SnapshotManifest(Message):
    """A snapshot (`sync.protocol.snapshots`): the live records of a scope up to `seq`, with count and digest.

    `sha256` is of the whole file as it is sent, `size_bytes` long; `key` opens it; both are hexadecimal.
    """

    scope: Text
    id: Id
    epoch: Id
    seq: Number
    size_bytes: Number
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    digest: ScopeDigest
    key: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", repr=False)]


class SnapshotsReply(Message):
    """`cursor`: where to pull from once these are loaded; a scope without a snapshot comes from its first row."""

    cursor: str = ""
    snapshots: Annotated[list[SnapshotManifest], Field(max_length=100)] = []


class LookUpRequest(Message):
    """Of schema 2, but a server need not know it. `text`: a whole phone, e-mail or loyalty number as it was typed."""

    schema_number: Annotated[int, Field(ge=1, le=1_000_000)]
    text: Annotated[str, Field(max_length=200, pattern=STORABLE, repr=False)]


class LookUpReply(Message):
    """Who has that key; the next pull brings them. Nobody where nobody has it, and where the text is no whole key."""

    customer_ids: Annotated[list[Id], Field(max_length=MAX_LOOKED_UP)] = []


class EnrolRequest(Message):
    """Of schema 2, but a server need not know it. Signed by the key whose public half is sent, hexadecimal.

    `code` as it was typed. `name`: what people call the device, where the code's maker named none.
    """

    code: Annotated[str, Field(max_length=40, pattern=STORABLE, repr=False)]
    public_key: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    name: Text = ""
    app_version: Text = ""
    platform: Text = ""


class TokenReply(Message):
    """`access_token` goes with every request for so many seconds; `refresh_token` gets the next pair."""

    access_token: Annotated[str, Field(max_length=200, repr=False)]
    access_ends_in_s: Number
    refresh_token: Annotated[str, Field(max_length=200, repr=False)]


class EnrolReply(TokenReply):
    """Under which registration the device is known from now on, and where it belongs.

    `server_key`: by which the server signs leases (`sync.protocol.leases`); a server need not tell.
    """

    registration_id: Id
    store_id: Id
    store_name: str
    name: str
    server_key: Annotated[str, Field(pattern=r"^([0-9a-f]{64})?$")] = ""


class TokenRequest(Message):
    """Signed by the device's key. A refresh token whose answer was lost may be sent again."""

    refresh_token: Annotated[str, Field(max_length=200, pattern=STORABLE, repr=False)]
    app_version: Text = ""
    platform: Text = ""


class QuarantineRequest(Message):
    """What a revoked device had not sent yet, signed by its key. `device_id`: whose numbers the entries have."""

    device_id: Id
    entries: Annotated[list[EntryMessage], Field(max_length=MAX_PUSH_ENTRIES)]


class QuarantineReply(Message):
    """How many of the entries are kept for a manager to look at; those that were sent before count too."""

    kept: Number


class ProblemDocument(BaseModel):
    """RFC 9457. `code` is a message key; `expected` is set for a gap, `server_time` where a clock is wrong."""

    type: str = "about:blank"
    title: str
    status: int
    code: str
    expected: int | None = None
    must_refetch: list[str] | None = None
    retry_after_s: float | None = None
    server_time: str | None = None
