"""Names as they are looked up: full text over all customers, and a short list of those seen at this store lately.

`name_search` holds folded tokens only and no content (SQLite FTS5, https://sqlite.org/fts5.html, `content=''`,
`detail=none`); what was indexed is kept in `customer_entry.tokens`, because a contentless table must be told what to
forget. `secure-delete` makes a forgotten name leave the file. `seen_here` is read in the order of its primary key, the
newest visit first. `name_word` is the list of distinct tokens that typing mistakes are compared with. All of it is
absent or suspended while a store is first filled: then nothing is kept up, and `rebuild_search` makes it.
"""

from collections.abc import Iterable, Sequence

import orjson
from sqlalchemy import Connection

from clienteling.store.ask import ask, ask_column, json_list
from sync.protocol.kinds import store_scope

MAX_SEEN_LATELY = 3_000
"""As many customers as a busy store sees in 90 days: the list is read through, so it must stay short."""

_STORE_PREFIX = store_scope("")
_NEWEST_PLACE = 1 << 62

_TABLES = (
    "CREATE VIRTUAL TABLE name_search USING fts5(tokens, content='', detail=none, columnsize=0, prefix='1 2 3 4',"
    " tokenize='ascii')",
    "INSERT INTO name_search(name_search, rank) VALUES ('secure-delete', 1)",
    "CREATE TABLE seen_here (place INTEGER PRIMARY KEY, customer_row INTEGER NOT NULL UNIQUE, tokens TEXT NOT NULL)",
    "CREATE TABLE name_word (word TEXT PRIMARY KEY) WITHOUT ROWID",
    "CREATE TABLE search_state (store_id TEXT)",
)
_FILLING = (
    "INSERT INTO name_search(rowid, tokens) SELECT row, tokens FROM customer_entry ORDER BY row",
    "INSERT INTO name_search(name_search) VALUES ('optimize')",
    "CREATE VIRTUAL TABLE temp.name_term USING fts5vocab(main, name_search, row)",
    "INSERT INTO name_word SELECT term FROM temp.name_term",
    "DROP TABLE temp.name_term",
)
"""Whole tables at once, words in their order: a third of what row by row costs."""
_DROPPED = ("name_search", "seen_here", "name_word", "search_state")


def is_indexed(connection: Connection) -> bool:
    """Whether the look-up tables are there to be kept up."""
    there = ask(connection, "SELECT 1 FROM sqlite_master WHERE name = 'search_state'")
    return bool(there and ask(connection, "SELECT 1 FROM search_state"))


def suspend(connection: Connection) -> None:
    """The look-up tables stay as they are until `build`; asked, they say what they said."""
    if is_indexed(connection):
        connection.exec_driver_sql("DELETE FROM search_state")


def this_store_id(connection: Connection) -> str | None:
    """The store this device stands in, by its grants; None before the first page."""
    stored = ask_column(connection, "SELECT grants FROM meta")
    grants = orjson.loads(stored[0]) if stored and stored[0] else []
    return next((scope.removeprefix(_STORE_PREFIX) for scope in grants if scope.startswith(_STORE_PREFIX)), None)


def build(connection: Connection) -> None:
    """Make the tables and fill them from `customer_entry`, in the caller's transaction."""
    for table in _DROPPED:
        connection.exec_driver_sql(f"DROP TABLE IF EXISTS {table}")
    for statement in _TABLES:
        connection.exec_driver_sql(statement)
    connection.exec_driver_sql("INSERT INTO search_state VALUES (NULL)")
    for statement in _FILLING:
        connection.exec_driver_sql(statement)
    follow_store(connection)


def add(connection: Connection, entries: Sequence[tuple[int, str]]) -> None:
    """Index (row, tokens) that are not indexed yet."""
    if not entries:
        return
    connection.exec_driver_sql("INSERT INTO name_search(rowid, tokens) VALUES (?, ?)", list(entries))
    words = sorted({word for _, tokens in entries for word in tokens.split()})
    if words:
        connection.exec_driver_sql("INSERT OR IGNORE INTO name_word VALUES (?)", [(word,) for word in words])


def remove(connection: Connection, entries: Sequence[tuple[int, str]]) -> None:
    """Forget (row, tokens as they were indexed), and every word that nobody else has."""
    if not entries:
        return
    connection.exec_driver_sql(
        "INSERT INTO name_search(name_search, rowid, tokens) VALUES ('delete', ?, ?)", list(entries)
    )
    _forget_seen(connection, [row for row, _ in entries])
    words = sorted({word for _, tokens in entries for word in tokens.split()})
    gone = [
        (word,)
        for word in words
        if connection.exec_driver_sql(
            "SELECT 1 FROM name_search WHERE name_search MATCH ? LIMIT 1", (f'"{word}"',)
        ).first()
        is None
    ]
    if gone:
        connection.exec_driver_sql("DELETE FROM name_word WHERE word = ?", gone)


def follow_store(connection: Connection) -> None:
    """Make the index of customers seen here anew where the device now stands in another store than before."""
    store_id = this_store_id(connection)
    row = connection.exec_driver_sql("SELECT store_id FROM search_state").one()
    if row.store_id == store_id:
        return
    connection.exec_driver_sql("DELETE FROM seen_here")
    connection.exec_driver_sql("UPDATE search_state SET store_id = ?", (store_id,))
    if store_id is None:
        return
    newest = ask_column(connection, _LAST_SEEN, (store_id, MAX_SEEN_LATELY))
    see_again(connection, newest, store_id)


_LAST_SEEN = """
SELECT customer_id FROM customer_child INDEXED BY customer_child_timeline WHERE location_id = ?
GROUP BY customer_id ORDER BY max(happened_at) DESC LIMIT ?
"""
"""Reads the whole timeline, once, when a device comes to a store: an index for this alone would cost more."""


def see_again(connection: Connection, customer_ids: Iterable[str], store_id: str) -> None:
    """Put customers in their place by their last visit to `store_id`; out, where there is none any more."""
    last_visits = ask(connection, _LAST_VISITS, (store_id, json_list(customer_ids)))
    moved = [
        (row, tokens, place_of(last_at) if last_at is not None else None)
        for row, tokens, last_at, place in last_visits
        if (place is not None if last_at is None else place != place_of(last_at))
    ]
    _forget_seen(connection, [row for row, _, _ in moved])
    beyond = ask(connection, _WORST_KEPT, (MAX_SEEN_LATELY - 1,))
    worst = beyond[0][0] if beyond else None
    placed = [(place, row, f" {tokens} ") for row, tokens, place in moved if place is not None]
    _place_all(connection, [one for one in placed if worst is None or one[0] < worst])
    connection.exec_driver_sql(_FORGET_BEYOND, (MAX_SEEN_LATELY - 1,))


_WORST_KEPT = "SELECT place FROM seen_here ORDER BY place LIMIT 1 OFFSET ?"
_FORGET_BEYOND = "DELETE FROM seen_here WHERE place > (SELECT place FROM seen_here ORDER BY place LIMIT 1 OFFSET ?)"
_LAST_VISITS = """
SELECT entry.row, entry.tokens,
       (SELECT max(happened_at) FROM customer_child WHERE customer_id = entry.id AND location_id = ?), seen.place
FROM json_each(?) AS asked JOIN customer_entry AS entry ON entry.id = asked.value
LEFT JOIN seen_here AS seen ON seen.customer_row = entry.row
"""


def _place_all(connection: Connection, wanted: Sequence[tuple[int, int, str]]) -> None:
    """Insert (place, row, tokens); where a place is taken, the next free one after it.

    Thousands may share a moment (a shop whose till tells the day alone), so a run of taken places is passed at once.
    """
    taken = set(
        ask_column(
            connection,
            "SELECT place FROM seen_here WHERE place IN (SELECT value FROM json_each(?))",
            (json_list(place for place, _, _ in wanted),),
        )
    )
    rows = []
    given: set[int] = set()
    follows: dict[int, int] = {}
    for first, row, tokens in wanted:
        place = follows.get(first, first)
        while place in given or place in taken or (place != first and _is_taken(connection, place)):
            place = place + 1 if place in given else _after_run(connection, place)
        given.add(place)
        follows[first] = place + 1
        rows.append((place, row, tokens))
    if rows:
        connection.exec_driver_sql("INSERT INTO seen_here (place, customer_row, tokens) VALUES (?, ?, ?)", rows)


def _is_taken(connection: Connection, place: int) -> bool:
    return bool(ask(connection, "SELECT 1 FROM seen_here WHERE place = ?", (place,)))


def _after_run(connection: Connection, place: int) -> int:
    """The first place after the taken ones that follow `place`, which is taken."""
    return int(ask_column(connection, _RUN_ENDS, (place,))[0]) + 1


_RUN_ENDS = """
SELECT place FROM seen_here AS here WHERE place >= ?
AND NOT EXISTS (SELECT 1 FROM seen_here WHERE place = here.place + 1) ORDER BY place LIMIT 1
"""


def place_of(last_at: int) -> int:
    """The place in `seen_here` of a visit, in microseconds. Read in its order, the newest visit comes first."""
    return _NEWEST_PLACE - last_at


def _forget_seen(connection: Connection, customer_rows: Sequence[int]) -> None:
    if customer_rows:
        connection.exec_driver_sql("DELETE FROM seen_here WHERE customer_row = ?", [(row,) for row in customer_rows])
