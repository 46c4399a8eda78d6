"""What can be wrong with a cell, a file or a mapping of an import.

ValidationFailed (sync.protocol)
├── CellRefused      one cell cannot be read; the row's reader decides what that costs
└── MappingRefused   the mapping file cannot be used; nothing has been read
"""

from sync.protocol.errors import ValidationFailed


class CellRefused(ValidationFailed):
    """`reason` is a message key, `column` the file's heading; what the cell said is never kept."""

    code = "import.bad_value"

    def __init__(self, reason: str, column: str) -> None:
        super().__init__(reason, column=column)
        self.reason = reason
        self.column = column


class MappingRefused(ValidationFailed):
    """`where` is the place in the mapping file: a setting, or a file's entry and field."""

    code = "mapping.bad_value"

    def __init__(self, code: str, where: str) -> None:
        super().__init__(code, where=where)
        self.where = where
