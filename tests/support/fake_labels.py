"""Labels of a fake shop: forty to print, two that cannot be. For tests only."""

from collections.abc import Callable
from dataclasses import dataclass, field

from clienteling.domain.errors import ClientelingError, ValidationFailed
from clienteling.domain.money import Money
from clienteling.labels.content import LabelContent
from clienteling.use_cases.label_orders import (
    LabelNote,
    LabelOrder,
    LabelPlan,
    LabelServices,
    LeftOut,
    MadeLabels,
    Reason,
    Shelves,
)

_PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c63f8ffff3f0005fe02fea1399e2d0000000049454e44ae426082"
)


def label(number: int) -> LabelContent:
    return LabelContent(
        variant_id=f"variant-{number}",
        gtin=f"{number:014d}",
        link=f"HTTPS://TOKO.EXAMPLE/SBDG/01/{number:014d}",
        host="toko.example",
        name=f"Kemeja Linen {number}",
        options=("M",),
        price=Money(29_900_000, "IDR"),
        price_before=None,
        until=None,
        language="id",
    )


@dataclass
class FakeLabels:
    """What screens are told of labels, and what they asked for."""

    count: int = 40
    of_all: int = 40
    left_out: tuple[LeftOut, ...] = (
        LeftOut("Tas Kulit · Hitam", "TAS-1", "", Reason.NO_GTIN),
        LeftOut("Tas Kulit · Cokelat", "TAS-2", "08990000000000", Reason.WRONG_CHECK_DIGIT),
    )
    not_found: tuple[str, ...] = ()
    notes: tuple[LabelNote, ...] = ()
    refused: ValidationFailed | None = None
    fails: ClientelingError | None = None
    orders: list[LabelOrder] = field(default_factory=list)
    made: list[LabelOrder] = field(default_factory=list)
    handed_out: list[MadeLabels] = field(default_factory=list)

    def services(self) -> LabelServices:
        return LabelServices(
            language="id",
            shelves=lambda: Shelves(("Kemeja", "Tas"), ("Kayu", "Linen & Co")),
            plan=self.plan,
            preview=lambda order: _PIXEL if self.count and self.refused is None else None,
            make=self.make,
            calibrate=lambda order: MadeLabels((("label-L7160-0.pdf", b"%PDF"),), 0, 1, "store", {}),
            handed_out=self.handed_out.append,
        )

    def plan(self, order: LabelOrder) -> LabelPlan:
        self.orders.append(order)
        if self.refused is not None:
            raise self.refused
        labels = tuple(label(number) for number in range(1, self.count + 1))
        pages = -(-self.count // 21)
        return LabelPlan(labels, pages, self.of_all, self.left_out, self.not_found, self.notes)

    def make(
        self, order: LabelOrder, *, on_progress: Callable[[int, int], None] = lambda done, total: None
    ) -> MadeLabels:
        self.made.append(order)
        if self.fails is not None:
            raise self.fails
        on_progress(self.count, self.count)
        files = (("label-SBDG-20261122-L7160.pdf", b"%PDF-1.4"),)
        return MadeLabels(files, self.count, 2, "store-bandung", {"variant-1": "ABCDEF"})
