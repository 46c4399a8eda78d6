"""What can be wrong with a cell or a file of an import.

ValidationFailed (sync.protocol)
└── CellRefused      one cell cannot be read; the row's reader decides what that costs
"""

from sync.protocol.errors import ValidationFailed


class CellRefused(ValidationFailed):
    """`reason` is a message key, `column` the file's heading; what the cell said is never kept."""

    code = "import.bad_value"

    def __init__(self, reason: str, column: str) -> None:
        super().__init__(reason, column=column)
        self.reason = reason
        self.column = column
