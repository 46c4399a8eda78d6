"""Customers and their exact keys, out of customer and loyalty bodies.

`customer_key` has no index by customer, which would cost as much again as the table: what a customer's keys were is
read from `customer_entry` and `loyalty` before those change.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from clienteling.store import name_index
from clienteling.store.ask import ask, ask_column, json_list
from clienteling.store.unpack_rows import Changes, replace_rows
from sync.protocol.kinds import Body
from sync.protocol.search_keys import email_key, loyalty_key, name_tokens, phone_tail_key

_INSERT_KEY = "INSERT OR IGNORE INTO customer_key (key_kind, key, customer_id) VALUES (?, ?, ?)"
_FORGET_KEY = "DELETE FROM customer_key WHERE key_kind = ? AND key = ? AND customer_id = ?"


@dataclass(frozen=True, slots=True)
class _Known:
    """A customer as it is in the tables now."""

    id: str
    row: int
    tokens: str
    phone: str
    email: str


def unpack_customers(connection: Connection, batch: Changes, *, indexed: bool) -> None:
    """List entries, keys, and names to be found by.

    While all is made anew (not `indexed`) nobody's name or key is there to be forgotten; `build_keys` makes the keys.
    """
    known = _known(connection, batch) if indexed else {}
    next_row = int(ask_column(connection, "SELECT coalesce(max(row), 0) FROM customer_entry")[0]) + 1
    rows: list[tuple[Any, ...]] = []
    keys: list[tuple[str, str, str]] = []
    named: list[tuple[int, str]] = []
    renamed: list[tuple[int, str]] = []
    for record_id, body in batch:
        before = known.get(record_id)
        tokens = " ".join(name_tokens(str(body.get("name") or ""))) if body is not None else None
        if before is not None and before.tokens != tokens:
            renamed.append((before.row, before.tokens))
        if body is None or tokens is None:
            continue
        row = before.row if before is not None else next_row
        next_row = max(next_row, row + 1)
        if before is None or before.tokens != tokens:
            named.append((row, tokens))
        rows.append((record_id, row, *_columns(body), tokens))
        if indexed:
            keys += [(key_kind, key, record_id) for key_kind, key in _keys(_phone(body), body.get("email") or "")]
    if not indexed:
        replace_rows(connection, _MERGE, _FORGET, batch, rows)
        return
    name_index.remove(connection, renamed)
    forgotten = [(kind, key, one.id) for one in known.values() for kind, key in _keys(one.phone, one.email)]
    if forgotten:
        connection.exec_driver_sql(_FORGET_KEY, forgotten)
    replace_rows(connection, _REPLACE, _FORGET, batch, rows)
    if keys:
        connection.exec_driver_sql(_INSERT_KEY, keys)
    name_index.add(connection, named)


_INSERT = """
INSERT INTO customer_entry
(id, row, name, salutation, phone, email, city, home_store_id, alias_of, tokens) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_REPLACE = _INSERT.replace("INSERT", "INSERT OR REPLACE")
_MERGE = f"""
{_INSERT} ON CONFLICT (id) DO UPDATE SET name = excluded.name, salutation = excluded.salutation,
phone = excluded.phone, email = excluded.email, city = excluded.city, home_store_id = excluded.home_store_id,
alias_of = excluded.alias_of, tokens = excluded.tokens
"""
"""A third faster than replacing, where nearly every customer is new."""
_FORGET = "DELETE FROM customer_entry WHERE id = ?"


def _known(connection: Connection, batch: Changes) -> dict[str, _Known]:
    rows = ask(
        connection,
        "SELECT id, row, tokens, phone, email FROM customer_entry WHERE id IN (SELECT value FROM json_each(?))",
        (json_list(record_id for record_id, _ in batch),),
    )
    return {row[0]: _Known(*row) for row in rows}


def _columns(body: Body) -> tuple[Any, ...]:
    of = body.get
    texts = of("name") or "", of("salutation") or "", _phone(body), of("email") or "", of("city") or ""
    return (*texts, of("home_store_id"), of("alias_of"))


def _phone(body: Body) -> str:
    """E.164, else what was typed: a number nobody could read is still found by its digits."""
    return body.get("phone") or body.get("phone_typed") or ""


def _e164(phone: str) -> str:
    return phone if phone.startswith("+") else ""


_KEYS: dict[str, tuple[str, Callable[[str], str]]] = {
    "phone": ("phone", _e164),
    "tail": ("phone", phone_tail_key),
    "email": ("email", email_key),
}
"""A key's kind -> the column of `customer_entry` it is made of, and how; "" is no key."""


def _keys(phone: str, email: str) -> Iterable[tuple[str, str]]:
    columns = {"phone": phone, "email": email}
    for key_kind, (column, key_of) in _KEYS.items():
        if columns[column] and (key := key_of(columns[column])):
            yield key_kind, key


_BUILT_AT_ONCE = 100_000
"""Sorting these takes 10 MB."""


def build_keys(connection: Connection) -> None:
    """Make the keys of all customers from `customer_entry`, in the caller's transaction.

    In the order of keys, so that a page of the tree is written once: a quarter of what they cost record by record.
    """
    last_row = ask_column(connection, "SELECT coalesce(max(row), 0) FROM customer_entry")[0]
    for key_kind, (column, key_of) in _KEYS.items():
        connection.exec_driver_sql("DELETE FROM customer_key WHERE key_kind = ?", (key_kind,))
        connection.connection.create_function("key_of", 1, key_of, deterministic=True)
        statement = f"""
        INSERT OR IGNORE INTO customer_key (key_kind, key, customer_id) SELECT ?, made, id FROM
        (SELECT key_of({column}) AS made, id FROM customer_entry WHERE row BETWEEN ? AND ? AND {column} <> '')
        WHERE made <> '' ORDER BY made, id
        """  # noqa: S608 - columns of ours
        for first in range(1, last_row + 1, _BUILT_AT_ONCE):
            connection.exec_driver_sql(statement, (key_kind, first, first + _BUILT_AT_ONCE - 1))


def unpack_loyalty(connection: Connection, batch: Changes) -> None:
    """Loyalty accounts and their numbers as keys. Two accounts of a customer may have one number."""
    rows = [
        (record_id, body["customer_id"], body.get("number") or "", body.get("tier") or "")
        for record_id, body in batch
        if body and body.get("customer_id")
    ]
    before = ask(
        connection,
        "SELECT key, customer_id FROM loyalty WHERE id IN (SELECT value FROM json_each(?))",
        (json_list(record_id for record_id, _ in batch),),
    )
    if before:
        connection.exec_driver_sql(_FORGET_KEY, [("loyalty", *row) for row in before])
    replace_rows(
        connection,
        "INSERT OR REPLACE INTO loyalty (id, customer_id, number, tier, key) VALUES (?, ?, ?, ?, ?)",
        "DELETE FROM loyalty WHERE id = ?",
        batch,
        [(*row, loyalty_key(row[2])) for row in rows],
    )
    left = ask(
        connection,
        "SELECT key, customer_id FROM loyalty WHERE customer_id IN (SELECT value FROM json_each(?)) AND key <> ''",
        (json_list({customer_id for _, customer_id in before}),),
    )
    keys = [("loyalty", loyalty_key(row[2]), row[1]) for row in rows if loyalty_key(row[2])]
    keys += [("loyalty", *row) for row in left]
    if keys:
        connection.exec_driver_sql(_INSERT_KEY, keys)
