"""What a connector hands to the central profile API: records in the protocol's own form, and rows it could not use.

A connector yields both in one stream, in an order where what is referred to comes first (locations, associates,
products, customers, then what belongs to them); the importer does not need that order, but memberships settle sooner.
"""

from dataclasses import dataclass

from sync.protocol.ids import imported_id
from sync.protocol.kinds import Body, Kind


@dataclass(frozen=True, slots=True)
class ImportedRecord:
    """One record of a source. `external_ref` is the platform's own id, stable from one export to the next.

    `body` may carry its `id` where a rule gives it (stock, preference, consent, price); else the id is
    `imported_id(source, kind, external_ref)`. `file` and `line` say where it was read, for the report of refusals.
    """

    kind: Kind
    external_ref: str
    body: Body
    file: str = ""
    line: int = 0

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
