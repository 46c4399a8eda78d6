"""Everything this device holds about one customer, read in about twenty small queries by index."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import Connection

from clienteling.catalogue.fields import moment
from clienteling.domain.consent_rules import may_suggest, what_not_to_do, with_never_asked
from clienteling.domain.say_first import say_first, waits_here
from clienteling.domain.views import (
    ConflictView,
    CustomerView,
    LookupRow,
    MatchReason,
    NoteHeadView,
    NoteView,
    OrderView,
    PreferenceView,
    VoucherView,
    WishlistLine,
)
from clienteling.store.ask import ask, ask_column, json_list
from clienteling.store.name_index import this_store_id
from clienteling.store.queries_attention import conflict_views
from clienteling.store.queries_consents import consents_of_one
from clienteling.store.queries_holds import hold_views
from clienteling.store.queries_orders import cart_view, order_views
from clienteling.store.queries_records import bodies, body, location_names, money, pending, store_day
from clienteling.store.queries_serving import (
    appointment_views,
    follow_up_views,
    interaction_views,
    open_first,
    to_come_first,
)
from clienteling.store.queries_wishlist import wishlist_lines
from clienteling.store.search import lookup_rows, rows_of_customers
from sync.protocol.bodies.people import RESTRICTED
from sync.protocol.column_types import EPOCH
from sync.protocol.kinds import Body, Kind
from sync.protocol.mutations.notes import heads_of

MAX_ORDERS = 100
MAX_CHILDREN = 500
MAX_HOLDS = 50


def customer_view(connection: Connection, customer_id: str, *, now: datetime) -> CustomerView | None:
    """The customer, or the one it was merged into; None where neither is on this device."""
    found = _person(connection, customer_id)
    if found is None:
        return None
    store_id = this_store_id(connection)
    today = store_day(connection, now)
    ids = (found["id"], *ask_column(connection, "SELECT id FROM customer_entry WHERE alias_of = ?", (found["id"],)))
    orders = order_views(connection, _children(connection, ids, Kind.ORDER, limit=MAX_ORDERS), store_id=store_id)
    wishes = [one for one in _children(connection, ids, Kind.WISHLIST_ITEM) if one.get("product_id")]
    wishlist = wishlist_lines(connection, wishes, store_id=store_id, now=now)
    consents = with_never_asked(consents_of_one(connection, found["id"]))
    account = next(iter(_children(connection, ids, Kind.LOYALTY_ACCOUNT)), {})
    home_store_id = found.get("home_store_id")
    return CustomerView(
        id=found["id"],
        name=found.get("name", ""),
        salutation=found.get("salutation", ""),
        phone=found.get("phone", ""),
        phone_typed=found.get("phone_typed", ""),
        email=found.get("email", ""),
        city=found.get("city", ""),
        birthday=_day(found.get("birthday")),
        language=found.get("language", ""),
        home_store=location_names(connection, (home_store_id,)).get(home_store_id or "", ""),
        home_store_id=home_store_id,
        since_at=moment(found, "since_at"),
        has_account=found.get("has_account", True),
        loyalty_number=account.get("number", ""),
        tier=account.get("tier", ""),
        points=account.get("points"),
        points_as_of=moment(account, "as_of"),
        say_first=say_first(
            orders,
            open_complaints(_children(connection, ids, Kind.ENQUIRY)),
            wishlist,
            _goes_with(connection, orders, wishlist),
            may_suggest=may_suggest(consents, restricted=bool(found.get(RESTRICTED))),
        ),
        preferences=_preferences(connection, ids),
        last_purchase=next((one for one in orders if not one.cancelled), None),
        vouchers=_vouchers(connection, ids, now),
        do_not=what_not_to_do(consents),
        orders=orders,
        orders_total=_count(connection, ids, Kind.ORDER),
        wishlist=wishlist,
        cart=cart_view(connection, _children(connection, ids, Kind.OPEN_CART)),
        notes=_notes(connection, ids, store_id),
        consents=consents,
        conflicts=_conflicts(connection, ids),
        possible_duplicates=_possible_duplicates(connection, ids, store_id),
        holds=hold_views(
            connection, _children(connection, ids, Kind.HOLD, limit=MAX_HOLDS), store_id=store_id, now=now
        ),
        follow_ups=open_first(
            follow_up_views(connection, _children(connection, ids, Kind.FOLLOW_UP), store_id=store_id, today=today)
        ),
        appointments=to_come_first(
            appointment_views(connection, _children(connection, ids, Kind.APPOINTMENT), store_id=store_id), today=today
        ),
        interactions=interaction_views(connection, _children(connection, ids, Kind.INTERACTION)),
        restricted=bool(found.get(RESTRICTED)),
    )


def _person(connection: Connection, customer_id: str) -> Body | None:
    found = body(connection, Kind.CUSTOMER, customer_id)
    if found is not None and found.get("alias_of"):
        return body(connection, Kind.CUSTOMER, found["alias_of"]) or found
    return found


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def _children(connection: Connection, ids: Sequence[str], kind: str, *, limit: int = MAX_CHILDREN) -> list[Body]:
    """Bodies of a kind that belong to the customer, newest first; those without a time by id."""
    wanted = ask_column(
        connection,
        "SELECT id FROM customer_child WHERE customer_id IN (SELECT value FROM json_each(?)) AND kind = ?"
        " ORDER BY happened_at DESC, id LIMIT ?",
        (json_list(ids), kind, limit),
    )
    found = bodies(connection, kind, wanted)
    return [found[one] for one in wanted if one in found]


def _count(connection: Connection, ids: Sequence[str], kind: str) -> int:
    statement = "SELECT count(*) FROM customer_child WHERE customer_id IN (SELECT value FROM json_each(?)) AND kind = ?"
    return int(ask_column(connection, statement, (json_list(ids), kind))[0])


def _preferences(connection: Connection, ids: Sequence[str]) -> tuple[PreferenceView, ...]:
    """Sizes first, then by key; what was taken back is left out."""
    found = [one for one in _children(connection, ids, Kind.PREFERENCE) if one.get("value")]
    waiting = pending(connection, Kind.PREFERENCE, [one["id"] for one in found])
    views = (PreferenceView(one["key"], one["value"], one["id"] in waiting) for one in found)
    return tuple(sorted(views, key=lambda one: (not one.key.startswith("size_"), one.key, one.value)))


def _vouchers(connection: Connection, ids: Sequence[str], now: datetime) -> tuple[VoucherView, ...]:
    """Those that can be used now, the one that ends first in front."""
    views = []
    for one in _children(connection, ids, Kind.VOUCHER):
        starts_at, expires_at = moment(one, "starts_at"), moment(one, "expires_at")
        if one.get("status", "active") != "active" or expires_at is None or expires_at <= now:
            continue
        if starts_at is None or starts_at <= now:
            value = money(one, "value_minor", one.get("currency", ""))
            views.append(
                VoucherView(one.get("code", ""), one.get("name", ""), one.get("name_en", ""), value, expires_at)
            )
    return tuple(sorted(views, key=lambda one: (one.expires_at, one.code)))


def open_complaints(enquiries: Sequence[Body]) -> tuple[str, ...]:
    """Subjects of complaints nobody has closed, newest first."""
    return tuple(
        one.get("subject", "") for one in enquiries if one.get("topic") == "complaint" and one.get("status") == "open"
    )


def _goes_with(connection: Connection, orders: Sequence[OrderView], wishlist: Sequence[WishlistLine]) -> frozenset[str]:
    """Products that go with what waits for the customer here."""
    waiting = [line.product_id for order in orders if wishlist and waits_here(order) for line in order.lines]
    products = bodies(connection, Kind.PRODUCT, waiting)
    return frozenset(other for one in products.values() for other in one.get("goes_with") or ())


def _notes(connection: Connection, ids: Sequence[str], store_id: str | None) -> tuple[NoteView, ...]:
    """Newest first. A note for another store only is not shown here."""
    found = [
        one
        for one in _children(connection, ids, Kind.NOTE)
        if not one.get("store_only") or one.get("store_id") == store_id
    ]
    names = location_names(connection, [one.get("store_id") for one in found])
    waiting = pending(connection, Kind.NOTE, [one["id"] for one in found])
    return tuple(_note(one, names.get(one.get("store_id") or "", ""), pending=one["id"] in waiting) for one in found)


def _note(found: Body, store: str, *, pending: bool) -> NoteView:
    """All its heads; of two people who wrote the same words they are shown once."""
    heads = tuple(
        NoteHeadView(one["revision_id"], one["text"], one.get("author_name", ""), moment(one, "at") or EPOCH)
        for one in heads_of(found)
    )
    return NoteView(
        id=found["id"],
        text="\n\n".join(dict.fromkeys(one.text for one in heads)),
        author=found.get("author_name", ""),
        store=store,
        written_at=moment(found, "written_at") or EPOCH,
        store_only=bool(found.get("store_only")),
        pending=pending,
        heads=heads,
    )


def _conflicts(connection: Connection, ids: Sequence[str]) -> tuple[ConflictView, ...]:
    found = [one for one in _children(connection, ids, Kind.CONFLICT) if one.get("status", "open") == "open"]
    return conflict_views(connection, found)


def _possible_duplicates(connection: Connection, ids: Sequence[str], store_id: str | None) -> tuple[LookupRow, ...]:
    pairs = ask(
        connection,
        "SELECT duplicate.other_id, json_extract(record.body, '$.reason') FROM duplicate LEFT JOIN record"
        " ON record.kind = 'possible_duplicate' AND record.id = duplicate.id"
        " WHERE duplicate.customer_id IN (SELECT value FROM json_each(?)) LIMIT 20",
        (json_list(ids),),
    )
    reasons = {other: _why(reason) for other, reason in pairs if other not in ids}
    rows = rows_of_customers(connection, list(reasons))
    shown = lookup_rows(connection, {row: reasons[one] for one, row in rows.items()}, store_id=store_id)
    return tuple(one for one in shown if one.customer_id not in ids)


def _why(reason: str | None) -> MatchReason:
    return next((one for one in MatchReason if one.value in (reason or "")), MatchReason.NAME)
