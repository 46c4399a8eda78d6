"""Statements that copy whole tables of ours from one file to another, for floors."""


def all_rows_of(table: str) -> str:
    """The statement that reads every row."""
    return f'SELECT * FROM "{table}"'  # noqa: S608 - a table of ours


def insert_into(table: str, columns: int) -> str:
    """The statement that writes a row of so many columns."""
    marks = ", ".join("?" * columns)
    return f'INSERT INTO "{table}" VALUES ({marks})'  # noqa: S608 - a table of ours
