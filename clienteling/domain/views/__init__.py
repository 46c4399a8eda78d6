"""What screens show, made by the local store's queries and never changed. No record, no table, no text in a language.

Times are aware UTC; the screen shows them in the store's zone.
"""

from clienteling.domain.views.conflicts import AttentionItem, ConflictView
from clienteling.domain.views.consents import (
    ConsentAnswer,
    ConsentEventView,
    ConsentMethod,
    ConsentView,
    PhoneLink,
    Reach,
)
from clienteling.domain.views.customers import (
    CustomerView,
    NoteHeadView,
    NoteView,
    PreferenceView,
    SayFirst,
    SayFirstKind,
    VoucherView,
)
from clienteling.domain.views.devices import CodeForDevice, DevicesView, DeviceView, QuarantinedView, QuarantineView
from clienteling.domain.views.handovers import HandoverView, SavedGood
from clienteling.domain.views.holds import HeldPiece, HoldStatus, HoldView
from clienteling.domain.views.labels import ShelfItem
from clienteling.domain.views.lookups import LookupRow, MatchReason
from clienteling.domain.views.orders import CartView, LineView, OrderView, PickupView
from clienteling.domain.views.products import (
    LocationStock,
    ProductBrief,
    ProductView,
    PromotionView,
    RatingView,
    ReviewOrder,
    ReviewView,
    SizeChartView,
    VariantView,
)
from clienteling.domain.views.serving import AppointmentView, FollowUpView, InteractionView
from clienteling.domain.views.shelf_figures import (
    SPANS,
    BySource,
    DayPart,
    Funnel,
    HourBar,
    HoursOfSource,
    LabelScans,
    LabelsToSee,
    NotBought,
    Rate,
    ScannedRow,
    ShelfDay,
    ShelfFigures,
    ShelfLabel,
    ShelfReport,
    Standing,
    Together,
)
from clienteling.domain.views.stores import AssociateView, ReadingCount, StoreView
from clienteling.domain.views.team import (
    PinHere,
    ReadingEverywhere,
    SignInCodeView,
    TeamDeviceView,
    TeamMemberView,
    TeamView,
)
from clienteling.domain.views.today import CardKind, TodayCard, TodayView
from clienteling.domain.views.wishes import StockHere, WishlistLine

__all__ = [
    "SPANS",
    "AppointmentView",
    "AssociateView",
    "AttentionItem",
    "BySource",
    "CardKind",
    "CartView",
    "CodeForDevice",
    "ConflictView",
    "ConsentAnswer",
    "ConsentEventView",
    "ConsentMethod",
    "ConsentView",
    "CustomerView",
    "DayPart",
    "DeviceView",
    "DevicesView",
    "FollowUpView",
    "Funnel",
    "HandoverView",
    "HeldPiece",
    "HoldStatus",
    "HoldView",
    "HourBar",
    "HoursOfSource",
    "InteractionView",
    "LabelScans",
    "LabelsToSee",
    "LineView",
    "LocationStock",
    "LookupRow",
    "MatchReason",
    "NotBought",
    "NoteHeadView",
    "NoteView",
    "OrderView",
    "PhoneLink",
    "PickupView",
    "PinHere",
    "PreferenceView",
    "ProductBrief",
    "ProductView",
    "PromotionView",
    "QuarantineView",
    "QuarantinedView",
    "Rate",
    "RatingView",
    "Reach",
    "ReadingCount",
    "ReadingEverywhere",
    "ReviewOrder",
    "ReviewView",
    "SavedGood",
    "SayFirst",
    "SayFirstKind",
    "ScannedRow",
    "ShelfDay",
    "ShelfFigures",
    "ShelfItem",
    "ShelfLabel",
    "ShelfReport",
    "SignInCodeView",
    "SizeChartView",
    "Standing",
    "StockHere",
    "StoreView",
    "TeamDeviceView",
    "TeamMemberView",
    "TeamView",
    "TodayCard",
    "TodayView",
    "Together",
    "VariantView",
    "VoucherView",
    "WishlistLine",
]
