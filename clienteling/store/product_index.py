"""The full-text side of the product search: words of name, brand, category and tags, and SKUs.

Folded by `search_keys` like names, contentless like `name_index`; `product_entry.tokens` keeps what was indexed.
"""

from collections.abc import Sequence

from sqlalchemy import Connection

from sync.protocol.kinds import Body
from sync.protocol.search_keys import loyalty_key, plain_words

_CHUNK = 2_000
_TABLES = (
    "CREATE VIRTUAL TABLE product_search USING fts5(tokens, content='', detail=none, columnsize=0, prefix='1 2 3',"
    " tokenize='ascii')",
)


def product_tokens(body: Body) -> str:
    """What a product is found by, each once."""
    texts = [*(body.get(field) or "" for field in ("name", "brand", "category")), *(body.get("tags") or ())]
    tokens = dict.fromkeys(word for text in texts for word in plain_words(text))
    for variant in body.get("variants") or ():
        sku = variant.get("sku") or ""
        tokens.update(dict.fromkeys((*plain_words(sku), sku_key(sku).casefold())))
    return " ".join(token for token in tokens if token)


def sku_key(sku: str) -> str:
    """A SKU however it is typed: letters and digits only, upper case."""
    return loyalty_key(sku)


def build(connection: Connection) -> None:
    """Make the table and fill it from `product_entry`, in the caller's transaction."""
    connection.exec_driver_sql("DROP TABLE IF EXISTS product_search")
    for statement in _TABLES:
        connection.exec_driver_sql(statement)
    last = 0
    while True:
        rows = connection.exec_driver_sql(
            "SELECT row, tokens FROM product_entry WHERE row > ? ORDER BY row LIMIT ?", (last, _CHUNK)
        ).all()
        if not rows:
            return
        add(connection, [(row.row, row.tokens) for row in rows])
        last = rows[-1].row


def add(connection: Connection, entries: Sequence[tuple[int, str]]) -> None:
    """Index (row, tokens) that are not indexed yet."""
    if entries:
        connection.exec_driver_sql("INSERT INTO product_search(rowid, tokens) VALUES (?, ?)", list(entries))


def remove(connection: Connection, entries: Sequence[tuple[int, str]]) -> None:
    """Forget (row, tokens as they were indexed)."""
    if entries:
        connection.exec_driver_sql(
            "INSERT INTO product_search(product_search, rowid, tokens) VALUES ('delete', ?, ?)", list(entries)
        )
