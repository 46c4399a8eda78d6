"""Services made of literal views, so that screens can be driven without a store. For tests only.

`FakeShop` holds the views and what screens wrote; `services()` gives the Services over it. Its clock stands at
START_AT, and everything in it is told relative to that.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from clienteling.domain.access import Access
from clienteling.domain.brand import Brand
from clienteling.domain.codes import ScanKind, ScannedCode
from clienteling.domain.errors import ClientelingError, ValidationFailed
from clienteling.domain.money import Money
from clienteling.domain.online_look_up import OnlineLookUp, OnlineStage
from clienteling.domain.signals import Signal
from clienteling.domain.sync_status import Connection, SyncStatus
from clienteling.domain.views import (
    AssociateView,
    AttentionItem,
    CardKind,
    ConsentAnswer,
    ConsentEventView,
    ConsentMethod,
    CustomerView,
    HandoverView,
    HeldPiece,
    LookupRow,
    MatchReason,
    ProductBrief,
    ProductView,
    ReadingCount,
    ReviewOrder,
    ReviewView,
    ShelfFigures,
    StoreView,
    TodayCard,
    TodayView,
)
from clienteling.use_cases.answers import DemoHints, DeviceFacts, LookupAnswer, ScanAnswer, WaitingClaim, WishAdded
from clienteling.use_cases.customer_requests import RequestServices
from clienteling.use_cases.look_up_everywhere import OpenCustomers, look_up_everywhere
from clienteling.use_cases.services import Services
from clienteling.use_cases.sign_in import SignInServices
from sync.protocol.roles import Permission, Role, may
from tests.support.fake_figures import figures
from tests.support.fake_labels import FakeLabels
from tests.support.fake_manage import FakeManage
from tests.support.fake_phone import FakePhone
from tests.support.fake_team import FakeTeam
from tests.support.fakes import START_AT

STORE = StoreView("store-bandung", "Toko Bandung", "BDG", "Bandung", "Asia/Jakarta")
ASSOCIATES = (
    AssociateView("associate-rina", "Rina", "associate"),
    AssociateView("associate-dedi", "Dedi Kurniawan", "manager"),
)

_PEOPLE = (
    # name, salutation, phone, home store, days since last seen here, tier
    ("Siti Rahmawati", "bu", "+6281234564471", "Bandung", 12, "Emas"),
    ("Siti Aminah", "bu", "+6281355500118", "Bandung", 3, "Perak"),
    ("Siti Nurhayati", "bu", "+6285712349002", "Surabaya", 41, ""),
    ("Sitti Khadijah", "kak", "+6281998877665", "Bandung", 230, "Perunggu"),
    ("Siti Rahma Puspitasari Wulandari", "mbak", "+6282144443310", "Denpasar", None, "Emas"),
    ("Budi Santoso", "pak", "+6281311112222", "Bandung", 1, "Perak"),
    ("Dewi Anggraini", "kak", "+6281322223333", "Bandung", 5, ""),
    ("Agus Setiawan", "pak", "+6281333334444", "Bandung", 9, "Perunggu"),
    ("Suharti", "bu", "", "Bandung", 2, ""),
    ("Muhammad Rizky Ramadhan", "pak", "+6281366667777", "Bandung", 17, "Emas"),
)


def _row(position: int) -> LookupRow:
    name, salutation, phone, home_store, days, tier = _PEOPLE[position]
    return LookupRow(
        customer_id=f"customer-{position}",
        name=name,
        salutation=salutation,
        phone=phone,
        email="",
        loyalty_number="",
        home_store=home_store,
        last_visit_at=None if days is None else START_AT - timedelta(days=days),
        tier=tier,
        why=MatchReason.NAME,
    )


ROWS = tuple(_row(position) for position in range(len(_PEOPLE)))

CARDS = (
    TodayCard(
        kind=CardKind.PICKUP_READY,
        customer_id="customer-0",
        customer_name="Siti Rahmawati",
        salutation="bu",
        item="Kemeja linen M",
        order_number="1042",
        since_at=START_AT - timedelta(hours=1, minutes=32),
    ),
    TodayCard(
        kind=CardKind.WISHLIST_HERE,
        customer_id="customer-5",
        customer_name="Budi Santoso",
        salutation="pak",
        item="Sepatu kulit Brantas 42",
        product_id="product-1",
        available=2,
        as_of=START_AT - timedelta(minutes=40),
        promotion="Promo November",
        promotion_en="November sale",
        ends_at=START_AT + timedelta(days=5),
    ),
    TodayCard(
        kind=CardKind.CART_LEFT,
        customer_id="customer-6",
        customer_name="Dewi Anggraini",
        salutation="kak",
        pieces=3,
        total=Money(84_500_000, "IDR"),
        since_at=START_AT - timedelta(days=1),
    ),
)

ATTENTION = (
    AttentionItem(
        id="attention-1",
        customer_id="customer-1",
        customer_name="Siti Aminah",
        action="note.write",
        code="mutation.missing",
        typed="Suka warna lembut, cari gamis untuk Lebaran.",
        at=START_AT - timedelta(hours=2),
    ),
    AttentionItem(
        id="attention-2",
        customer_id="customer-7",
        customer_name="Agus Setiawan",
        action="contact.edit",
        code="mutation.merged",
        typed="",
        at=START_AT - timedelta(days=2),
    ),
)

DEMO = DemoHints(
    shelf_code="https://toko.example/sBDG/01/08991234567894",
    product_name="Kemeja Linen Lengan Panjang",
    label_picture="/label.png",
    other_store_name="Toko Surabaya",
    other_store_url="http://127.0.0.1:1/",
)

DEVICE = DeviceFacts(
    server="http://127.0.0.1:8012",
    folder="/tmp/toko-bandung",
    size_bytes=12_345_678,
    program="0.1.0",
    schema=7,
)

ONLINE = SyncStatus(connection=Connection.ONLINE, last_synced_at=START_AT, cached_customers=len(ROWS))


def _figures_file(figures: ShelfFigures, delimiter: str = ",", *, author_id: str | None = None) -> tuple[str, bytes]:
    return f"scans-{figures.report.days}.csv", delimiter.encode()


@dataclass
class FakeShop:
    """The views a test wants to see, and what screens did. Change a field, then `rows_changed()`."""

    store: StoreView | None = STORE
    associates: tuple[AssociateView, ...] = ASSOCIATES
    today: TodayView = field(default_factory=lambda: TodayView(STORE, CARDS, ROWS[:6]))
    rows: tuple[LookupRow, ...] = ROWS
    customers: dict[str, CustomerView] = field(default_factory=dict)
    products: dict[str, ProductView] = field(default_factory=dict)
    held: dict[str, tuple[HeldPiece, ...]] = field(default_factory=dict)
    handovers: dict[str, HandoverView] = field(default_factory=dict)
    reviews: dict[str, tuple[ReviewView, ...]] = field(default_factory=dict)
    briefs: tuple[ProductBrief, ...] = ()
    attention: tuple[AttentionItem, ...] = ATTENTION
    labels: FakeLabels | None = field(default_factory=FakeLabels)
    counted: list[tuple[str, str, bool]] = field(default_factory=list)
    figures: ShelfFigures | None = field(default_factory=figures)
    claims: dict[str, tuple[WaitingClaim, ...]] = field(default_factory=dict)
    ledgers: dict[str, tuple[ConsentEventView, ...]] = field(default_factory=dict)
    scans: dict[str, ScanAnswer] = field(default_factory=dict)
    pictures: tuple[str, ...] = ()
    demo: DemoHints | None = DEMO
    warnings: tuple[str, ...] = ()
    brand: Brand = field(default_factory=Brand)
    sign_in: SignInServices | None = None
    requests: RequestServices | None = None
    manage: FakeManage | None = field(default_factory=FakeManage)
    phone: FakePhone | None = None
    team: FakeTeam | None = field(default_factory=FakeTeam)
    status: Signal[SyncStatus] = field(default_factory=lambda: Signal(replace(ONLINE, needs_attention=len(ATTENTION))))
    changed: Signal[int] = field(default_factory=lambda: Signal(0))
    written: list[tuple[str, tuple[object, ...]]] = field(default_factory=list)
    before_look_up: Callable[[str], None] = lambda text: None
    everywhere: dict[str, Signal[OnlineLookUp]] = field(default_factory=dict)
    open_customers: OpenCustomers = field(default_factory=OpenCustomers)
    looked: list[tuple[str, str | None, str | None, dict[str, str | int]]] = field(default_factory=list)
    reading: tuple[ReadingCount, ...] = ()
    open_to_all: frozenset[Permission] = frozenset({Permission.SEE_FIGURES, Permission.EXPORT})
    unnotable: ClientelingError | None = None
    """Why nobody can keep who looked."""

    def lift_reading_limit(self, associate_id: str, *, author_id: str) -> None:
        self.written.append(("lift_reading_limit", (associate_id, author_id)))

    def note_access(
        self, access: Access, *, author_id: str | None, customer_id: str | None = None, **details: str | int
    ) -> None:
        if self.unnotable is not None:
            raise self.unnotable
        self.looked.append((access, author_id, customer_id, details))

    def rows_changed(self) -> None:
        """Tell the screens to read again."""
        self.changed.publish(self.changed.value + 1)

    def look_up(self, text: str, limit: int) -> LookupAnswer:
        """Everybody with a word that begins as `text` does, or whose phone ends so."""
        self.before_look_up(text)
        wanted = text.strip().lower()
        found = [
            row
            for row in self.rows
            if any(word.lower().startswith(wanted) for word in row.name.split())
            or (wanted.isdigit() and row.phone.endswith(wanted))
        ]
        return LookupAnswer(tuple(found[:limit]), more=len(found) > limit)

    def ask_everywhere(self, text: str) -> Signal[OnlineLookUp]:
        """Who is asked for; a test says what comes of it."""
        self.everywhere[text] = Signal(OnlineLookUp(OnlineStage.ASKING))
        return self.everywhere[text]

    def pretend_offline(self, offline: bool) -> None:
        """As the engine does: the status says so at once."""
        since = START_AT if offline else None
        connection = Connection.OFFLINE if offline else Connection.ONLINE
        self.status.publish(
            replace(self.status.value, pretend_offline=offline, connection=connection, offline_since=since)
        )

    def settle_attention(self, item_id: str, *, author_id: str) -> None:
        self.attention = tuple(item for item in self.attention if item.id != item_id)
        self.written.append(("settle_attention", (item_id,)))
        self.status.publish(replace(self.status.value, needs_attention=len(self.attention)))
        self.rows_changed()

    def retry_attention(self, item_id: str, *, author_id: str) -> None:
        self.settle_attention(item_id, author_id=author_id)
        self._wrote("retry_attention", item_id, author_id)

    def resolve_scan(self, code: str) -> ScanAnswer:
        known = self.scans.get(code)
        return known or ScanAnswer(ScannedCode(code, ScanKind.UNKNOWN, error="scan.unknown", value=code))

    def decode_picture(self, picture: bytes) -> tuple[str, ...]:
        """The texts this shop's pictures hold, whichever picture it is."""
        return self.pictures

    def read_reviews(
        self, product_id: str, *, order: ReviewOrder, stars: int | None = None, offset: int = 0, limit: int = 20
    ) -> tuple[ReviewView, ...]:
        """In the order given, or the critical or the longest ones first."""
        found = [one for one in self.reviews.get(product_id, ()) if stars is None or one.rating == stars]
        if order is ReviewOrder.CRITICAL_FIRST:
            found.sort(key=lambda one: one.rating)
        if order is ReviewOrder.HELPFUL:
            found.sort(key=lambda one: -len(one.text))
        return tuple(found[offset : offset + limit])

    def write_note(self, customer_id: str, text: str, *, author_id: str, store_only: bool = False) -> str:
        self._wrote("write_note", customer_id, text, author_id, store_only)
        return f"note-{len(self.written)}"

    def add_to_wishlist(
        self, customer_id: str, product_id: str, *, variant_id: str | None, author_id: str
    ) -> WishAdded:
        """What the customer's view has on its list is there already."""
        view = self.customers.get(customer_id)
        for line in view.wishlist if view else ():
            if (line.product_id, line.variant_id) == (product_id, variant_id):
                return WishAdded(line.item_ids[0], already=True)
        self._wrote("add_to_wishlist", customer_id, product_id, variant_id, author_id)
        return WishAdded(f"item-{len(self.written)}")

    def remove_from_wishlist(self, customer_id: str, item_ids: tuple[str, ...], *, author_id: str) -> None:
        self._wrote("remove_from_wishlist", customer_id, item_ids, author_id)

    def request_hold(
        self, customer_id: str, product_id: str, *, variant_id: str, quantity: int = 1, author_id: str
    ) -> str:
        self._wrote("request_hold", customer_id, product_id, variant_id, quantity, author_id)
        return f"hold-{len(self.written)}"

    def cancel_hold(self, hold_id: str, *, author_id: str) -> None:
        self._wrote("cancel_hold", hold_id, author_id)

    def collect_hold(self, hold_id: str, *, author_id: str) -> None:
        self._wrote("collect_hold", hold_id, author_id)

    def edit_contact(self, customer_id: str, fields: Mapping[str, tuple[str, str]], *, author_id: str) -> None:
        self._wrote("edit_contact", customer_id, dict(fields), author_id)

    def record_consent(
        self,
        customer_id: str,
        *,
        purpose: str,
        channel: str,
        granted: bool,
        seen_event_id: str | None,
        author_id: str,
        language: str,
        to_name: tuple[str, ...] = (),
        method: ConsentMethod = ConsentMethod.SPOKEN,
    ) -> None:
        told = () if method is ConsentMethod.SPOKEN else (method.value,)
        self._wrote("record_consent", customer_id, purpose, channel, granted, seen_event_id, author_id, language, *told)

    def confirm_consents(
        self, customer_id: str, answers: tuple[ConsentAnswer, ...], *, drawing: str, author_id: str, language: str
    ) -> None:
        self._wrote("confirm_consents", customer_id, answers, drawing, author_id, language)

    def claim_order(self, customer_id: str, number: str, *, agreed: bool, author_id: str) -> None:
        claim = WaitingClaim(f"claim-{len(self.written)}", number, START_AT)
        self.claims[customer_id] = (*self.claims.get(customer_id, ()), claim)
        self._wrote("claim_order", customer_id, number, agreed, author_id)

    def attach_handover(
        self,
        handover_id: str,
        customer_id: str,
        *,
        goods: tuple[tuple[str, str | None], ...],
        agreed: bool,
        language: str,
        author_id: str,
    ) -> int:
        if not agreed:
            raise ValidationFailed("agreed", "handover.not_agreed")
        self._wrote("attach_handover", handover_id, customer_id, goods, language, author_id)
        return len(goods)

    def _keeps(self, action: str) -> Callable[..., str]:
        """A writer that keeps what it was given, and returns an id."""

        def write(*values: object, **named: object) -> str:
            self._wrote(action, *values, *named.values())
            return f"{action}-{len(self.written)}"

        return write

    def _does(self, action: str) -> Callable[..., None]:
        """A writer that keeps what it was given."""

        def write(*values: object, **named: object) -> None:
            self._wrote(action, *values, *named.values())

        return write

    def _wrote(self, action: str, *values: object) -> None:
        self.written.append((action, values))
        self.status.publish(replace(self.status.value, waiting=self.status.value.waiting + 1))
        self.rows_changed()

    def rights(self, associate_id: str | None) -> frozenset[Permission]:
        """What the list of associates says; figures are everybody's where nobody signs in, and whoever is there handles
        requests where there are any."""
        roles = {one.id: one.role for one in self.associates}
        theirs = {one for one in Permission if associate_id in roles and may(Role.named(roles[associate_id]), one)}
        handles = {Permission.HANDLE_REQUESTS} if self.requests is not None else set()
        return self.open_to_all | theirs | handles

    def figures_of(self, days: int, *, author_id: str | None = None) -> ShelfFigures | None:
        """The figures, told of so many days."""
        if self.figures is None:
            return None
        return replace(self.figures, report=replace(self.figures.report, days=days))

    def services(self, *, demo: bool = True) -> Services:
        """What screens get."""
        requests = self.requests
        return Services(
            status=self.status,
            changed=self.changed,
            store=lambda: self.store,
            associates=lambda: self.associates,
            today=lambda: self.today,
            look_up=self.look_up,
            customer=self.customers.get,
            product=self.products.get,
            held_pieces=lambda product_id: self.held.get(product_id, ()),
            reviews=self.read_reviews,
            search_products=lambda text, limit: self.briefs[:limit],
            store_today=store_today,
            resolve_scan=self.resolve_scan,
            decode_picture=self.decode_picture,
            decode_frame=lambda frame, thorough: self.decode_picture(frame),
            write_note=self.write_note,
            add_to_wishlist=self.add_to_wishlist,
            remove_from_wishlist=self.remove_from_wishlist,
            request_hold=self.request_hold,
            cancel_hold=self.cancel_hold,
            collect_hold=self.collect_hold,
            edit_contact=self.edit_contact,
            record_consent=self.record_consent,
            confirm_consents=self.confirm_consents,
            consent_ledger=lambda customer_id: self.ledgers.get(customer_id, ()),
            claim_order=self.claim_order,
            waiting_claims=lambda customer_id: self.claims.get(customer_id, ()),
            revise_note=self._keeps("revise_note"),
            create_follow_up=self._keeps("create_follow_up"),
            edit_follow_up=self._does("edit_follow_up"),
            finish_follow_up=self._does("finish_follow_up"),
            reopen_follow_up=self._does("reopen_follow_up"),
            book_appointment=self._keeps("book_appointment"),
            edit_appointment=self._does("edit_appointment"),
            close_appointment=self._does("close_appointment"),
            log_interaction=self._keeps("log_interaction"),
            handover=self.handovers.get,
            attach_handover=self.attach_handover,
            attention=lambda: self.attention,
            settle_attention=self.settle_attention,
            retry_attention=self.retry_attention,
            shelf_figures=self.figures_of,
            figures_file=lambda figures, delimiter=",", *, author_id=None: (
                f"scans-{figures.report.days}.csv",
                delimiter.encode(),
            ),
            sync_now=lambda: self.written.append(("sync_now", ())),
            count_scan=lambda store_id, gtin, *, sold_out: self.counted.append((store_id, gtin, sold_out)),
            pretend_offline=self.pretend_offline if demo else None,
            demo=self.demo if demo else None,
            reset_demo=(lambda: self.written.append(("reset_demo", ()))) if demo else None,
            device=lambda: DEVICE,
            look_up_everywhere=partial(look_up_everywhere, ask=self.ask_everywhere),
            pin_customer=self.open_customers.pin,
            note_access=self.note_access,
            rights=self.rights,
            reading_counts=lambda: self.reading,
            lift_reading_limit=self.lift_reading_limit,
            brand=self.brand,
            labels=self.labels.services() if self.labels is not None else None,
            sign_in=self.sign_in,
            requests=(lambda associate_id: requests) if requests is not None else None,
            manage=self.manage.services() if self.manage is not None else None,
            ask_on_phone=self.phone.ask if self.phone is not None else None,
            team=self.team.services() if self.team is not None else None,
            warnings=self.warnings,
        )


def start_clock() -> datetime:
    """The time in the fake shop."""
    return START_AT


def store_today() -> date:
    """The day at the fake store."""
    return START_AT.astimezone(ZoneInfo(STORE.time_zone)).date()
