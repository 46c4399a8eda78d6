"""What a connector hands to the central profile API: records in the protocol's own form, and rows it could not use.

A connector yields both in one stream, in an order where what is referred to comes first (locations, associates,
products, customers, then what belongs to them); the importer does not need that order, but memberships settle sooner.

A folder seldom has every file. What earlier imports brought is asked through `KnownRecords`, which the central profile
API implements: what the folder itself says comes before any answer of it.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from sync.protocol.ids import imported_id
from sync.protocol.kinds import Body, Kind


@dataclass(frozen=True, slots=True)
class ImportedRecord:
    """One record of a source. `external_ref` is the platform's own id, stable from one export to the next.

    `body` may carry its `id` where a rule gives it (stock, preference, consent, price); else the id is
    `imported_id(source, kind, external_ref)`. `file` and `line` say where it was read, for the report of refusals.
    `checked`: the body is what the kind's own model gave just now, complete with id, source and reference, so that
    the importer need not put a million lines through the model again.
    """

    kind: Kind
    external_ref: str
    body: Body
    file: str = ""
    line: int = 0
    checked: bool = False

    def record_id(self, source: str) -> str:
        """The record's id: the one its body carries, else the one computed from where it comes from."""
        return self.body.get("id") or imported_id(source, self.kind, self.external_ref)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row that was not taken over, and why. `reason` is a message key; it never repeats what the row says.

    `column` is the file's own heading, where one cell is to blame. `kept`: the record was taken over without that cell.
    """

    file: str
    line: int
    reason: str
    column: str = ""
    kept: bool = False


@dataclass(frozen=True, slots=True)
class KnownCustomer:
    """A customer of an earlier import.

    `emails` and `phones` are exact keys: what the source said last, then what stands here. `external_ref` is the
    source's own id of them; people of another source have theirs with that source's name before it.
    """

    id: str
    external_ref: str
    name: str
    emails: tuple[str, ...]
    phones: tuple[str, ...]
    has_account: bool


class KnownRecords(Protocol):
    """What earlier imports brought, as the reader of a new one asks for it. Each call is one short read.

    Records of the reader's own source come first; of customers, those with an account.
    """

    def places(self) -> Iterable[Body]:
        """Every location."""
        ...

    def products(self) -> Iterable[Body]:
        """Every product with its variants, streamed."""
        ...

    def customers(
        self, *, external_refs: Collection[str] = (), emails: Collection[str] = (), phones: Collection[str] = ()
    ) -> Iterable[KnownCustomer]:
        """Everyone with one of the source's ids or of these exact keys. Ask for hundreds at a time."""
        ...

    def last_words(self, kind: Kind, ids: Collection[str]) -> Mapping[str, Body]:
        """What the source said last of these records, by id; nothing of those it has never named or that have ended."""
        ...

    def price_currency(self) -> str | None:
        """The currency of the source's price list, None before its first."""
        ...
