"""What screens show, made by the local store's queries and never changed. No record, no table, no text in a language.

Times are aware UTC; the screen shows them in the store's zone.
"""

from clienteling.domain.views.conflicts import AttentionItem, ConflictView
from clienteling.domain.views.customers import (
    ConsentView,
    CustomerView,
    NoteHeadView,
    NoteView,
    PreferenceView,
    SayFirst,
    SayFirstKind,
    VoucherView,
)
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
from clienteling.domain.views.stores import AssociateView, StoreView
from clienteling.domain.views.today import CardKind, TodayCard, TodayView
from clienteling.domain.views.wishes import StockHere, WishlistLine

__all__ = [
    "AppointmentView",
    "AssociateView",
    "AttentionItem",
    "CardKind",
    "CartView",
    "ConflictView",
    "ConsentView",
    "CustomerView",
    "FollowUpView",
    "HandoverView",
    "HeldPiece",
    "HoldStatus",
    "HoldView",
    "InteractionView",
    "LineView",
    "LocationStock",
    "LookupRow",
    "MatchReason",
    "NoteHeadView",
    "NoteView",
    "OrderView",
    "PickupView",
    "PreferenceView",
    "ProductBrief",
    "ProductView",
    "PromotionView",
    "RatingView",
    "ReviewOrder",
    "ReviewView",
    "SavedGood",
    "SayFirst",
    "SayFirstKind",
    "ShelfItem",
    "SizeChartView",
    "StockHere",
    "StoreView",
    "TodayCard",
    "TodayView",
    "VariantView",
    "VoucherView",
    "WishlistLine",
]
