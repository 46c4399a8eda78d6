"""Customers for screen tests: one about whom everything is known, one about whom nothing is, and a shop that keeps
what is written about them. Literal, so that a test can name every word."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta

from clienteling.domain.contact_rules import valid_birthday, valid_email, valid_name, valid_note, valid_preference
from clienteling.domain.errors import ValidationFailed, refuse_wrong
from clienteling.domain.money import Money
from clienteling.domain.views import (
    CartView,
    ConflictView,
    ConsentAnswer,
    ConsentEventView,
    ConsentMethod,
    ConsentView,
    CustomerView,
    LineView,
    NoteView,
    OrderView,
    PickupView,
    PreferenceView,
    ProductBrief,
    ProductView,
    RatingView,
    SayFirst,
    SayFirstKind,
    StockHere,
    VariantView,
    VoucherView,
    WishlistLine,
)
from clienteling.use_cases.claim_order import valid_number
from clienteling.use_cases.record_consent import asked_now
from sync.protocol.mutations.orders import order_number_key
from tests.support.fake_services import ROWS, FakeShop, store_today
from tests.support.fakes import START_AT


def rupiah(whole: int) -> Money:
    """Money as price labels say it."""
    return Money(whole * 100, "IDR")


def ago(*, days: int = 0, minutes: int = 0) -> datetime:
    """A moment before the fake shop's clock."""
    return START_AT - timedelta(days=days, minutes=minutes)


def line(name: str, whole: int, *, quantity: int = 1, product_id: str | None = "product-1") -> LineView:
    """One line of a purchase."""
    return LineView(name, quantity, rupiah(whole), product_id, None)


def order(
    number: int, lines: tuple[LineView, ...], *, days: int, channel: str = "store", **changes: object
) -> OrderView:
    """A paid and finished purchase, with changes."""
    plain = OrderView(
        id=f"order-{number}",
        number=f"#{number}",
        channel=channel,
        store="Toko Bandung" if channel == "store" else "",
        placed_at=ago(days=days),
        total=rupiah(sum(one.price.amount_minor // 100 * one.quantity for one in lines)),
        refunded=None,
        payment_status="paid",
        fulfilment_status="fulfilled",
        cancelled=False,
        associate="Rina" if channel == "store" else "",
        lines=lines,
        pickup=None,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]  # the fields of OrderView


ORDERS = (
    order(
        4803,
        (line("Kemeja Linen Lengan Panjang - Putih M", 349_000), line("Kaus Kaki Bambu - Krem", 49_000, quantity=2)),
        days=3,
        channel="online",
        fulfilment_status="unfulfilled",
        pickup=PickupView("Toko Bandung", "ready", ago(days=1), here=True),
    ),
    order(4711, (line("Celana Chino - Khaki 30", 429_000),), days=19, channel="online"),
    order(4650, (line("Tunik Lurik - Biru M", 389_000), line("Pasmina Katun", 129_000)), days=64),
    order(4502, (line("Selendang Tenun", 459_000),), days=130, store="Toko Surabaya", associate="Dimas Prakoso"),
    order(
        4310,
        (line("Sandal Anyam 38", 259_000),),
        days=240,
        channel="online",
        payment_status="refunded",
        refunded=rupiah(259_000),
    ),
    order(3988, (line("Vas Gerabah", 189_000),), days=420, channel="online", cancelled=True),
)

WISHES = (
    WishlistLine(
        item_ids=("item-1",),
        product_id="product-2",
        variant_id="variant-2",
        name="Celana Kulot Linen",
        options=("Krem", "M"),
        picture="",
        price=rupiah(299_000),
        price_before=rupiah(349_000),
        promotion="Promo November",
        promotion_en="November sale",
        promotion_ends_at=START_AT + timedelta(days=5),
        here=StockHere(2, ago(minutes=40)),
        added_at=ago(days=9),
        channel="online",
        pending=False,
    ),
    WishlistLine(
        item_ids=("item-2", "item-3"),
        product_id="product-3",
        variant_id=None,
        name="Blus Katun Kerut",
        options=(),
        picture="",
        price=rupiah(259_000),
        price_before=None,
        promotion="",
        promotion_en="",
        promotion_ends_at=None,
        here=StockHere(1, ago(days=3)),
        added_at=ago(days=27),
        channel="online",
        pending=False,
    ),
    WishlistLine(
        item_ids=("item-4",),
        product_id="product-4",
        variant_id="variant-4",
        name="Tas Selempang Kulit",
        options=("Cokelat",),
        picture="",
        price=None,
        price_before=None,
        promotion="",
        promotion_en="",
        promotion_ends_at=None,
        here=StockHere(None, None),
        added_at=ago(days=40),
        channel="store",
        pending=True,
    ),
)

CONSENTS = (
    ConsentView("service", "whatsapp", granted=None, at=None, event_id=None),
    ConsentView("service", "phone", granted=None, at=None, event_id=None),
    ConsentView("marketing", "email", granted=True, at=ago(days=145), event_id="event-email"),
    ConsentView("marketing", "whatsapp", granted=False, at=ago(days=20), event_id="event-whatsapp"),
    ConsentView("marketing", "sms", granted=None, at=None, event_id=None),
    ConsentView("marketing", "phone", granted=False, at=ago(days=145), event_id="event-phone"),
    ConsentView("profiling", "any", granted=True, at=ago(days=145), event_id="event-profiling"),
    ConsentView("survey", "whatsapp", granted=None, at=None, event_id=None),
)

NOTES = (
    NoteView("note-a", "Suka warna netral, alergi wol.", "Rina", "Toko Bandung", ago(days=12), False, False),
    NoteView("note-b", "Mencari gamis untuk Lebaran.", "Dimas", "Toko Surabaya", ago(days=80), True, False),
)

SITI = CustomerView(
    id="customer-0",
    name="Siti Rahmawati",
    salutation="Bu",
    phone="+6281234564471",
    phone_typed="0812-3456-4471",
    email="siti.rahmawati@surel.example",
    city="Bandung",
    birthday=date(1987, 12, 4),
    language="id",
    home_store="Toko Bandung",
    home_store_id="store-bandung",
    since_at=datetime(2021, 8, 10, tzinfo=START_AT.tzinfo),
    has_account=True,
    loyalty_number="BT10004471",
    tier="Emas",
    points=2340,
    points_as_of=ago(days=1),
    say_first=SayFirst(
        SayFirstKind.PICKUP_READY,
        item="Kemeja Linen Lengan Panjang - Putih M",
        order_number="#4803",
        since_at=ago(days=1),
        also_item="Celana Kulot Linen Krem M",
        also_available=2,
    ),
    preferences=(
        PreferenceView("size_bottom", "M", pending=False),
        PreferenceView("size_shoe", "38", pending=False),
        PreferenceView("size_top", "M", pending=False),
    ),
    last_purchase=ORDERS[0],
    vouchers=(
        VoucherView("EMAS-SITI-4471", "Terima kasih pelanggan Emas", "Thank you, Gold", rupiah(100_000), ago(days=-8)),
    ),
    do_not=(CONSENTS[5], CONSENTS[3]),
    orders=ORDERS,
    orders_total=len(ORDERS),
    wishlist=WISHES,
    cart=CartView(
        ago(days=1), (line("Daster Rayon", 149_000, quantity=2), line("Handuk Wafel", 129_000)), rupiah(427_000)
    ),
    notes=NOTES,
    consents=CONSENTS,
    conflicts=(),
    possible_duplicates=(),
)

SUHARTI = replace(
    SITI,
    id="customer-8",
    name="Suharti",
    salutation="",
    phone="",
    phone_typed="",
    email="",
    city="",
    birthday=None,
    home_store="",
    since_at=None,
    loyalty_number="",
    tier="",
    points=None,
    points_as_of=None,
    say_first=None,
    preferences=(),
    last_purchase=None,
    vouchers=(),
    do_not=(),
    orders=(),
    orders_total=0,
    wishlist=(),
    cart=None,
    notes=(),
    consents=tuple(replace(one, granted=None, at=None, event_id=None) for one in CONSENTS),
)
"""Nothing but a name is known."""

ASKED_ABOUT = replace(
    SITI,
    conflicts=(ConflictView("conflict-1", "phone", "+6281234564471", "+6281234569999"),),
    possible_duplicates=(ROWS[3],),
)

SHIRT = ProductView(
    id="product-1",
    name="Kemeja Linen Lengan Panjang",
    brand="Benang Teduh",
    category="Kemeja",
    description="",
    pictures=(),
    option_names=("Ukuran",),
    variants=(
        VariantView("variant-s", "KEME-S", "", (("Ukuran", "S"),), "", rupiah(349_000), None, ()),
        VariantView("variant-m", "KEME-M", "", (("Ukuran", "M"),), "", rupiah(349_000), None, ()),
    ),
    rating=RatingView(0.0, 0, (0, 0, 0, 0, 0)),
    promotions=(),
    size_chart=None,
    returns_days=None,
    returns_note="",
    returns_note_en="",
    delivery_options=(),
    same_day_cities=(),
    video_url="",
    goes_with=(),
)


def _judge(name: str, new: str) -> None:
    """Raises ValidationFailed as the use case would; phones are taken as they come."""
    if name.startswith("preference:"):
        valid_preference(name.removeprefix("preference:"), new)
    elif name == "birthday":
        valid_birthday(new, today=store_today())
    elif name == "email":
        valid_email(new)
    elif name == "name":
        valid_name(new)


@dataclass
class CustomerShop(FakeShop):
    """A shop where what screens write about customers is on the screen at once, as with the real store."""

    customers: dict[str, CustomerView] = field(default_factory=lambda: {SITI.id: SITI, SUHARTI.id: SUHARTI})
    products: dict[str, ProductView] = field(default_factory=lambda: {SHIRT.id: SHIRT})
    briefs: tuple[ProductBrief, ...] = (ProductBrief(SHIRT.id, SHIRT.name, "", rupiah(349_000), 2),)

    def _change(self, customer_id: str, **changes: object) -> None:
        self.customers[customer_id] = replace(self.customers[customer_id], **changes)  # type: ignore[arg-type]

    def write_note(self, customer_id: str, text: str, *, author_id: str, store_only: bool = False) -> str:
        """As the use case: the words are judged first, then on screen as pending."""
        note = NoteView(
            f"note-{len(self.written)}", valid_note(text), "Rina", "Toko Bandung", START_AT, store_only, True
        )
        self._change(customer_id, notes=(note, *self.customers[customer_id].notes))
        return super().write_note(customer_id, text, author_id=author_id, store_only=store_only)

    def remove_from_wishlist(self, customer_id: str, item_ids: tuple[str, ...], *, author_id: str) -> None:
        """The wish is gone from the screen."""
        left = tuple(one for one in self.customers[customer_id].wishlist if one.item_ids != item_ids)
        self._change(customer_id, wishlist=left)
        super().remove_from_wishlist(customer_id, item_ids, author_id=author_id)

    def claim_order(self, customer_id: str, number: str, *, agreed: bool, author_id: str) -> None:
        """As the use case: number and agreement are judged first, then what is theirs already."""
        kept = valid_number(number, agreed=agreed)
        if any(order_number_key(one.number) == order_number_key(kept) for one in self.customers[customer_id].orders):
            raise ValidationFailed("number", "order.is_theirs")
        super().claim_order(customer_id, kept, agreed=agreed, author_id=author_id)

    def edit_contact(self, customer_id: str, fields: Mapping[str, tuple[str, str]], *, author_id: str) -> None:
        """Judged by the rules the use case judges by, all fields before any is kept."""
        wrong: list[ValidationFailed] = []
        for name, (_, typed) in fields.items():
            try:
                _judge(name, typed)
            except ValidationFailed as error:
                wrong.append(ValidationFailed(name, error.code, **error.fields))
        refuse_wrong(wrong)
        new = {name: pair[1] for name, pair in fields.items() if not name.startswith(("preference:", "birthday"))}
        kept = tuple(
            PreferenceView(name.removeprefix("preference:"), pair[1], pending=True)
            for name, pair in fields.items()
            if name.startswith("preference:")
        )
        keys = {one.key for one in kept}
        others = tuple(one for one in self.customers[customer_id].preferences if one.key not in keys)
        self._change(customer_id, **new, preferences=(*others, *kept))
        super().edit_contact(customer_id, fields, author_id=author_id)

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
        """The answer holds from now on."""
        self._answer(customer_id, purpose, channel, granted=granted)
        super().record_consent(
            customer_id,
            purpose=purpose,
            channel=channel,
            granted=granted,
            seen_event_id=seen_event_id,
            author_id=author_id,
            language=language,
            to_name=to_name,
            method=method,
        )

    def confirm_consents(
        self, customer_id: str, answers: tuple[ConsentAnswer, ...], *, drawing: str, author_id: str, language: str
    ) -> None:
        """The answers hold from now on, and stand in the ledger."""
        method = ConsentMethod.SIGNED if drawing else ConsentMethod.CONFIRMED
        for one in answers:
            self._answer(customer_id, one.purpose, one.channel, granted=one.granted)
            event = ConsentEventView(
                f"event-{len(self.ledgers.get(customer_id, ()))}",
                one.purpose,
                one.channel,
                one.granted,
                START_AT,
                "Rina",
                "Toko Bandung",
                method.value,
                language,
                asked_now(one.purpose, one.channel, language),
                drawing=drawing,
                pending=True,
            )
            self.ledgers[customer_id] = (event, *self.ledgers.get(customer_id, ()))
        super().confirm_consents(customer_id, answers, drawing=drawing, author_id=author_id, language=language)

    def _answer(self, customer_id: str, purpose: str, channel: str, *, granted: bool) -> None:
        answered = tuple(
            replace(one, granted=granted, at=START_AT, event_id="event-new", pending=True)
            if (one.purpose, one.channel) == (purpose, channel)
            else one
            for one in self.customers[customer_id].consents
        )
        forbidden = tuple(one for one in answered if one.granted is False and one.purpose == "marketing")
        self._change(customer_id, consents=answered, do_not=forbidden)
