"""What Shopify does not know of a customer: card, tier and points, sizes, home store, and what they agreed to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from build_scripts.demo_retailer.model import Cast, Customer, Day, Order, seeded

CARD_PREFIX = "BT"
SITI_POINTS = 2340
TEXT_VERSION = "2025-01"
CHANNELS = ("marketing_email", "marketing_whatsapp", "marketing_sms", "marketing_phone", "profiling")


@dataclass(frozen=True, slots=True)
class Member:
    """A customer's row of our own file; `consents` by channel: yes, no or empty for never asked."""

    customer: Customer
    number: str
    tier: str
    points: int
    points_as_of: datetime
    consents: dict[str, str]
    consent_at: datetime | None


def card_number(at: int) -> str:
    """The loyalty number of the person at that place in the list."""
    return f"{CARD_PREFIX}{10_004_471 + at * 7919}"


def members(
    seed: int, day: Day, people: Sequence[Customer], *, orders: Sequence[Order], cast: Cast
) -> tuple[Member, ...]:
    """A row for everyone; one in five has no card and no points."""
    random = seeded(seed, "loyalty")
    year_ago = day.ago(365)
    spent: dict[int, int] = {}
    for order in orders:
        if order.customer is not None and order.cancelled_at is None and order.at > year_ago:
            number = order.customer.customer_id
            spent[number] = spent.get(number, 0) + order.total - order.refunded
    made: list[Member] = []
    for at, who in enumerate(people):
        total = spent.get(who.customer_id, 0)
        tier = "Emas" if total >= 4_500_000 else "Perak" if total >= 1_800_000 else "Biru"
        points = total // 1500 + random.randint(0, 120)
        consents = {channel: random.choices(("yes", "no", ""), weights=(46, 16, 38))[0] for channel in CHANNELS}
        if who is cast.siti:
            tier, points = "Emas", SITI_POINTS
            consents = dict(zip(CHANNELS, ("yes", "no", "", "no", "yes"), strict=True))
        member = random.random() > 0.2 or at < 7
        asked = any(consents.values())
        asked_days = random.randint(3, 500)
        asked_at = max(day.ago(asked_days, f"{random.randint(10, 20)}:{random.randint(0, 59):02d}"), _joined(day, who))
        made.append(
            Member(
                who,
                card_number(at) if member else "",
                tier if member else "",
                points if member else 0,
                day.ago(1, "02:00"),
                consents,
                asked_at if asked else None,
            )
        )
    return tuple(made)


def _joined(day: Day, who: Customer) -> datetime:
    return day.ago((day.today - who.since).days) + timedelta(hours=1)
