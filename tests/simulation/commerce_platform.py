"""What the commerce platform says, drawn at random: one export's records, and the kinds of which it names all."""

from datetime import datetime, timedelta
from random import Random

from sync.protocol.ids import stock_id
from sync.protocol.importing import ImportedRecord
from sync.protocol.kinds import Kind
from sync.protocol.search_keys import phone_key
from sync.protocol.times import to_wire
from tests.simulation.people import CITIES, PEOPLE, PHONES, PRODUCT, VARIANT
from tests.support.shops import associate, customer, order, record, ref_id


def stock(store: str, on_hand: int, *, reserved: int = 0, counted_at: datetime) -> ImportedRecord:
    """What there is of the one variant at a store."""
    store_id = ref_id(Kind.LOCATION, store)
    level = {"on_hand": on_hand, "reserved": reserved, "as_of": to_wire(counted_at)}
    return record(
        Kind.STOCK, f"{store}/kemeja", id=stock_id(store_id, VARIANT), store_id=store_id, variant_id=VARIANT,
        product_id=PRODUCT, levels={store_id: level},
    )  # fmt: skip


def drawn_import(random: Random, now: datetime) -> tuple[list[ImportedRecord], tuple[str, ...]]:
    """A customer, a product, an associate, stock or an order; now and then it is the only order there still is."""
    said = random.randrange(7)
    who = random.choice(PEOPLE)
    home = random.choice(("BDG", "BDG", "SBY"))
    records = [customer(who, home, city=random.choice(CITIES), phone=phone_key(PHONES[who]))]
    if said == 1:
        records = [record(Kind.PRODUCT, "kemeja", name=f"Kemeja {random.randrange(100)}")]
    elif said == 2:
        records = [associate("rina", *random.choice((("BDG",), ("BDG", "SBY"), ("SBY",))))]
    elif said == 3:
        records = [order(f"R{random.randrange(4)}", who, random.choice(("BDG", "SBY")), "2026-11-20T03:00:00Z")]
    elif said == 4:
        return [order("1042", "siti", "SBY", "2026-10-01T03:00:00Z")], (Kind.ORDER,)
    elif said in (5, 6):
        counted_at = now - random.choice((timedelta(0), timedelta(hours=2)))
        place = random.choice(("BDG", "SBY"))
        records = [stock(place, random.randrange(5), reserved=random.randrange(2), counted_at=counted_at)]
    return records, ()
