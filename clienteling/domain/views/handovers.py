"""A list that a visitor saved at the shelf and shows to an associate."""

from dataclasses import dataclass
from datetime import datetime

from clienteling.domain.views.products import VariantView


@dataclass(frozen=True, slots=True)
class SavedGood:
    """One of the goods. `variant`: with price and stock, this store first; None where no size or colour was chosen.

    `name` "" where the catalogue on this device does not have the product (any more).
    """

    product_id: str
    variant_id: str | None
    name: str
    picture: str
    variant: VariantView | None


@dataclass(frozen=True, slots=True)
class HandoverView:
    """`attached_at`, `attached_by`: when and by whom it was taken over, None and "" as long as it was not."""

    id: str
    code: str
    goods: tuple[SavedGood, ...]
    made_at: datetime
    expires_at: datetime
    attached_at: datetime | None
    attached_by: str

    def is_open(self, now: datetime) -> bool:
        """Whether it may still be given to a customer."""
        return self.attached_at is None and now < self.expires_at
