"""Record bodies, one wire model for each kind: `shop`, `purchases`, `people`, `serving`, `holds`, `handovers`,
`shelf_figures`.

Unknown fields are kept (`extra="allow"`) and sent back.

Money is integer minor units by ISO 4217 exponent (IDR: 2). Times are RFC 3339 `Z` text, birthdays ISO dates, ids
lower-case UUIDs. Commerce kinds carry `source` and the platform's own id in `external_ref`.
"""

from sync.protocol.bodies.base import RecordBody
from sync.protocol.bodies.handovers import HandoverBody
from sync.protocol.bodies.holds import HoldBody
from sync.protocol.bodies.people import (
    ConflictBody,
    ConsentBody,
    CustomerBody,
    EnquiryBody,
    NoteBody,
    PossibleDuplicateBody,
    PreferenceBody,
    WishlistItemBody,
)
from sync.protocol.bodies.purchases import (
    LoyaltyAccountBody,
    OpenCartBody,
    OrderBody,
    VoucherBody,
)
from sync.protocol.bodies.serving import AppointmentBody, FollowUpBody, InteractionBody
from sync.protocol.bodies.shelf_figures import ScanTallyBody, ShelfDayBody
from sync.protocol.bodies.shop import (
    AssociateBody,
    LocationBody,
    PriceBody,
    ProductBody,
    PromotionBody,
    ReviewBody,
    StockBody,
)
from sync.protocol.kinds import Body, Kind, RecordKey

BODY_MODELS: dict[str, type[RecordBody]] = {
    Kind.PRODUCT: ProductBody,
    Kind.PRICE: PriceBody,
    Kind.PROMOTION: PromotionBody,
    Kind.REVIEW: ReviewBody,
    Kind.LOCATION: LocationBody,
    Kind.ASSOCIATE: AssociateBody,
    Kind.STOCK: StockBody,
    Kind.ORDER: OrderBody,
    Kind.OPEN_CART: OpenCartBody,
    Kind.LOYALTY_ACCOUNT: LoyaltyAccountBody,
    Kind.VOUCHER: VoucherBody,
    Kind.CUSTOMER: CustomerBody,
    Kind.PREFERENCE: PreferenceBody,
    Kind.CONSENT: ConsentBody,
    Kind.WISHLIST_ITEM: WishlistItemBody,
    Kind.NOTE: NoteBody,
    Kind.HOLD: HoldBody,
    Kind.ENQUIRY: EnquiryBody,
    Kind.INTERACTION: InteractionBody,
    Kind.FOLLOW_UP: FollowUpBody,
    Kind.APPOINTMENT: AppointmentBody,
    Kind.HANDOVER: HandoverBody,
    Kind.SCAN_TALLY: ScanTallyBody,
    Kind.SHELF_DAY: ShelfDayBody,
    Kind.CONFLICT: ConflictBody,
    Kind.POSSIBLE_DUPLICATE: PossibleDuplicateBody,
}
_TIME_FIELDS = ("placed_at", "written_at", "updated_at", "opened_at", "added_at", "requested_at", "at")


def customers_of(key: RecordKey, body: Body) -> tuple[str, ...]:
    """The customers a record is about: itself, its `customer_id`, or both of a possible duplicate; () for the rest."""
    if key.kind == Kind.CUSTOMER:
        return (key.id,)
    if key.kind == Kind.POSSIBLE_DUPLICATE:
        return tuple(body.get("customer_ids", ()))
    customer_id = body.get("customer_id")
    return (customer_id,) if customer_id else ()


def happened_at(body: Body) -> str | None:
    """The moment that orders a record in a timeline, wire text, or None."""
    return next((body[field] for field in _TIME_FIELDS if body.get(field)), None)
