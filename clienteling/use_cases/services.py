"""The use cases as screens and commands get them: callables with store, clock and ids already bound by bootstrap.

All callables are synchronous, read or write only the local store, never wait for the network and may run in any
thread (`look_up_everywhere` answers at once, with a signal of how it stands). Writers return when the change is on disk
and visible; they raise `ValidationFailed`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from clienteling.domain.access import Access
from clienteling.domain.brand import NO_BRAND, Brand
from clienteling.domain.online_look_up import OnlineLookUp
from clienteling.domain.signals import Signal
from clienteling.domain.sync_status import SyncStatus
from clienteling.domain.views import (
    AssociateView,
    AttentionItem,
    ConsentAnswer,
    ConsentEventView,
    ConsentMethod,
    CustomerView,
    HandoverView,
    HeldPiece,
    ProductBrief,
    ProductView,
    ReadingCount,
    ReviewOrder,
    ReviewView,
    ShelfFigures,
    StoreView,
    TodayView,
)
from clienteling.use_cases.answers import DemoHints, DeviceFacts, LookupAnswer, ScanAnswer, WaitingClaim, WishAdded
from clienteling.use_cases.ask_on_phone import AskOnPhone
from clienteling.use_cases.customer_requests import RequestServices
from clienteling.use_cases.label_orders import LabelServices
from clienteling.use_cases.manage import ManageServices
from clienteling.use_cases.manage_team import TeamServices
from clienteling.use_cases.rights import Permission
from clienteling.use_cases.sign_in import SignInServices


class ReadReviews(Protocol):
    def __call__(
        self, product_id: str, *, order: ReviewOrder, stars: int | None = None, offset: int = 0, limit: int = 20
    ) -> tuple[ReviewView, ...]: ...


class WriteNote(Protocol):
    def __call__(self, customer_id: str, text: str, *, author_id: str, store_only: bool = False) -> str: ...


class AddToWishlist(Protocol):
    def __call__(self, customer_id: str, product_id: str, *, variant_id: str | None, author_id: str) -> WishAdded: ...


class RemoveFromWishlist(Protocol):
    def __call__(self, customer_id: str, item_ids: tuple[str, ...], *, author_id: str) -> None: ...


class SettleAttention(Protocol):
    def __call__(self, item_id: str, *, author_id: str) -> None: ...


class RetryAttention(Protocol):
    """Sends a refused entry once more as it was written, and takes the refused one off the list. Raises NotFound."""

    def __call__(self, item_id: str, *, author_id: str) -> None: ...


class RequestHold(Protocol):
    """Raises ValidationFailed (`quantity`, `variant`: it is asked for already) and NotFound; returns the hold's id."""

    def __call__(
        self, customer_id: str, product_id: str, *, variant_id: str, quantity: int = 1, author_id: str
    ) -> str: ...


class EndHold(Protocol):
    """Cancels a hold, or hands its pieces over. Raises ValidationFailed where it is no more or not yet to be, and
    NotFound."""

    def __call__(self, hold_id: str, *, author_id: str) -> None: ...


class EditContact(Protocol):
    """`fields`: {field: (seen, new)} of name, salutation, phone, email, birthday, language, city, home_store_id, and of
    `preference:<key>`. Raises ValidationFailed for all wrong fields together, before anything is written."""

    def __call__(self, customer_id: str, fields: Mapping[str, tuple[str, str]], *, author_id: str) -> None: ...


class RecordConsent(Protocol):
    """An answer that an associate heard (or read, by `method`). Raises ValidationFailed, NotFound."""

    def __call__(
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
    ) -> None: ...


class ConfirmConsents(Protocol):
    """The customer's own answers; `drawing` is their signature, "" for a press. Raises ValidationFailed, NotFound."""

    def __call__(
        self,
        customer_id: str,
        answers: tuple[ConsentAnswer, ...],
        *,
        drawing: str,
        author_id: str,
        language: str,
    ) -> None: ...


class ClaimOrder(Protocol):
    """Raises ValidationFailed for all wrong fields together (`number`, `agreed`), before anything is written."""

    def __call__(self, customer_id: str, number: str, *, agreed: bool, author_id: str) -> None: ...


class ReviseNote(Protocol):
    """`seen`: the heads the screen showed."""

    def __call__(self, note_id: str, text: str, *, seen: tuple[str, ...], author_id: str) -> str: ...


class CreateFollowUp(Protocol):
    """`due_on`: ISO 8601. Raises ValidationFailed for all wrong fields together."""

    def __call__(
        self, customer_id: str, subject: str, due_on: str, *, author_id: str, assignee_id: str = ""
    ) -> str: ...


class EditFollowUp(Protocol):
    """`fields`: {field: (seen, new)} of subject, due_on, assignee_id. Raises ValidationFailed for all wrong fields
    together."""

    def __call__(self, follow_up_id: str, fields: Mapping[str, tuple[str, str]], *, author_id: str) -> None: ...


class FinishFollowUp(Protocol):
    """`status`: done, cancelled."""

    def __call__(self, follow_up_id: str, *, author_id: str, status: str = "done", outcome: str = "") -> None: ...


class ReopenFollowUp(Protocol):
    """`finish_ids`: the finishes the screen showed."""

    def __call__(self, follow_up_id: str, finish_ids: tuple[str, ...], *, author_id: str) -> None: ...


class BookAppointment(Protocol):
    """`local_date` ISO 8601, `local_time` HH:MM. Raises ValidationFailed for all wrong fields together."""

    def __call__(
        self,
        customer_id: str,
        *,
        local_date: str,
        local_time: str,
        minutes: str,
        subject: str,
        author_id: str,
        associate_id: str = "",
    ) -> str: ...


class EditAppointment(Protocol):
    """`fields`: {field: (seen, new)} of local_date, local_time, minutes, subject, associate_id, all of them text.
    Raises ValidationFailed for all wrong fields together."""

    def __call__(self, appointment_id: str, fields: Mapping[str, tuple[str, str]], *, author_id: str) -> None: ...


class CloseAppointment(Protocol):
    """`status`: kept, cancelled, no_show; `seen`: the status that the screen showed."""

    def __call__(self, appointment_id: str, status: str, *, seen: str, author_id: str) -> None: ...


class LogInteraction(Protocol):
    """`channel`: store, phone, whatsapp, email; `direction`: in, out."""

    def __call__(self, customer_id: str, *, channel: str, direction: str, author_id: str, summary: str = "") -> str: ...


class AttachHandover(Protocol):
    """`goods`: products of the list, each with its variant or None; `language`: in which the customer was asked whether
    they agree. Returns how many came to the wishlist. Raises ValidationFailed and NotFound."""

    def __call__(
        self,
        handover_id: str,
        customer_id: str,
        *,
        goods: tuple[tuple[str, str | None], ...],
        agreed: bool,
        language: str,
        author_id: str,
    ) -> int: ...


class ReadFigures(Protocol):
    """Figures of the shelf of so many days. Raises NotAllowed."""

    def __call__(self, days: int, *, author_id: str | None) -> ShelfFigures | None: ...


class FiguresFile(Protocol):
    """Name and content of a file for a spreadsheet, which takes `delimiter` between cells. Raises NotAllowed."""

    def __call__(self, figures: ShelfFigures, delimiter: str = ",", *, author_id: str | None) -> tuple[str, bytes]: ...


class NoteAccess(Protocol):
    """Keeps who looked, before it is shown; `details`: counts and fields, never names or what was typed."""

    def __call__(
        self, access: Access, *, author_id: str | None, customer_id: str | None = None, **details: str | int
    ) -> None: ...


def _unnoted(access: Access, *, author_id: str | None, customer_id: str | None = None, **details: str | int) -> None:
    """Where nothing real is shown."""


class LiftReadingLimit(Protocol):
    """Raises ValidationFailed where the author is no manager, or lifts their own."""

    def __call__(self, associate_id: str, *, author_id: str) -> None: ...


def _nothing_lifted(associate_id: str, *, author_id: str) -> None:
    """Where nothing real is shown."""


class CountScan(Protocol):
    """Counts that a product was opened by its label; `sold_out`: when none was left at the store. Returns at once."""

    def __call__(self, store_id: str, gtin: str, *, sold_out: bool) -> None: ...


def _uncounted(store_id: str, gtin: str, *, sold_out: bool) -> None:
    """Where no program runs that could tell what it counts."""


@dataclass(frozen=True, slots=True)
class Services:
    """Everything a screen may do. `changed` counts up whenever rows in the local store changed.

    `picture_address` turns a view's picture into an address the client can load. `look_up_everywhere`: None where no
    engine runs; `labels`: None where nobody said whose they are. `shelf_figures`: of the last 7, 28 or 90 days; None
    before the first sync. `pin_customer`: for a customer on an open screen, with what ends it. `sign_in`: None where
    this device keeps no PINs; `manage`, `team`, `requests`, `ask_on_phone` (in the name of an associate): None where no
    engine runs, or the device signs nothing.
    """

    status: Signal[SyncStatus]
    changed: Signal[int]
    store: Callable[[], StoreView | None]
    associates: Callable[[], tuple[AssociateView, ...]]
    today: Callable[[], TodayView]
    look_up: Callable[[str, int], LookupAnswer]
    customer: Callable[[str], CustomerView | None]
    product: Callable[[str], ProductView | None]
    held_pieces: Callable[[str], tuple[HeldPiece, ...]]
    reviews: ReadReviews
    search_products: Callable[[str, int], tuple[ProductBrief, ...]]
    store_today: Callable[[], date]
    resolve_scan: Callable[[str], ScanAnswer]
    decode_picture: Callable[[bytes], tuple[str, ...]]
    decode_frame: Callable[[bytes, bool], tuple[str, ...]]
    write_note: WriteNote
    add_to_wishlist: AddToWishlist
    remove_from_wishlist: RemoveFromWishlist
    request_hold: RequestHold
    cancel_hold: EndHold
    collect_hold: EndHold
    edit_contact: EditContact
    record_consent: RecordConsent
    confirm_consents: ConfirmConsents
    consent_ledger: Callable[[str], tuple[ConsentEventView, ...]]
    claim_order: ClaimOrder
    waiting_claims: Callable[[str], tuple[WaitingClaim, ...]]
    revise_note: ReviseNote
    create_follow_up: CreateFollowUp
    edit_follow_up: EditFollowUp
    finish_follow_up: FinishFollowUp
    reopen_follow_up: ReopenFollowUp
    book_appointment: BookAppointment
    edit_appointment: EditAppointment
    close_appointment: CloseAppointment
    log_interaction: LogInteraction
    handover: Callable[[str], HandoverView | None]
    attach_handover: AttachHandover
    attention: Callable[[], tuple[AttentionItem, ...]]
    settle_attention: SettleAttention
    retry_attention: RetryAttention
    shelf_figures: ReadFigures
    figures_file: FiguresFile
    sync_now: Callable[[], None]
    picture_address: Callable[[str], str] = str
    look_up_everywhere: Callable[[str], Signal[OnlineLookUp]] | None = None
    pin_customer: Callable[[str], Callable[[], None]] = lambda customer_id: lambda: None
    count_scan: CountScan = _uncounted
    note_access: NoteAccess = _unnoted
    rights: Callable[[str | None], frozenset[Permission]] = lambda associate_id: frozenset(Permission)
    reading_counts: Callable[[], tuple[ReadingCount, ...]] = tuple
    lift_reading_limit: LiftReadingLimit = _nothing_lifted
    pretend_offline: Callable[[bool], None] | None = None
    demo: DemoHints | None = None
    reset_demo: Callable[[], None] | None = None
    device: Callable[[], DeviceFacts] = DeviceFacts
    brand: Brand = NO_BRAND
    labels: LabelServices | None = None
    sign_in: SignInServices | None = None
    requests: Callable[[str], RequestServices] | None = None
    ask_on_phone: AskOnPhone | None = None
    manage: ManageServices | None = None
    team: TeamServices | None = None
    warnings: tuple[str, ...] = ()
