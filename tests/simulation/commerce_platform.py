"""What the commerce platform says, drawn at random: one export's records, and the kinds of which it names all."""

from random import Random

from sync.protocol.importing import ImportedRecord
from sync.protocol.kinds import Kind
from sync.protocol.search_keys import phone_key
from tests.simulation.people import CITIES, PEOPLE, PHONES
from tests.support.shops import associate, customer, order, record


def drawn_import(random: Random) -> tuple[list[ImportedRecord], tuple[str, ...]]:
    """A customer, a product, an associate or an order; now and then it is the only order there still is."""
    said = random.randrange(6)
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
    return records, ()
