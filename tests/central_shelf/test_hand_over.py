"""From the page over the central database to an associate's tablet in that store, and to the customer's wishlist."""

import re
from pathlib import Path
from random import Random

import anyio

from clienteling.central_shelf.desk import CentralDesk
from clienteling.central_shelf.source import CentralShelf
from clienteling.scanning.code_rules import CodeRules
from clienteling.shelf.app import ShelfApp
from clienteling.store.unpack import ASKING
from clienteling.use_cases.hand_over import attach_handover, open_handover
from clienteling.use_cases.resolve_scan import resolve_scan
from sync.central_api.database import sqlite_url
from sync.protocol.kinds import Kind
from tests.support.fakes import SEED, FakeClock
from tests.support.shelf_hub import SITE, Phone
from tests.support.shelf_shop import SHIRT_M, TROUSERS, small_retailer
from tests.support.shops import Shops, associate, customer, ref_id


def test_what_a_visitor_saved_is_on_the_customers_wishlist_at_the_server_in_the_end(tmp_path: Path) -> None:
    clock = FakeClock()
    shops = Shops(tmp_path, sqlite_url(tmp_path / "central.db"), now=clock, random=Random(SEED))
    shops.put(*small_retailer(), associate("rina", "BDG"), customer("siti", "BDG"))
    tablet, elsewhere = (shops.device(store, store, asking=ASKING) for store in ("BDG", "SBY"))
    source = CentralShelf(shops.database, read_picture=lambda name: None)
    app = ShelfApp(SITE, source, now=clock, desk=CentralDesk(shops.database, random=Random(SEED)))
    phone = Phone(app)
    for gtin in (SHIRT_M, TROUSERS):
        phone.post("/shelf/save", {"gtin": gtin, "store": "SBDG"})
    phone.post("/shelf/handover", {"store": "SBDG"})
    page = phone.get("/shelf/handover?store=SBDG")
    (code,) = re.findall(r'<p class="code"[^>]*>(\w+)</p>', page.text)

    for device in (tablet, elsewhere):
        anyio.run(device.sync)
    answer = resolve_scan(tablet.store, f"SERAH-{code}", rules=CodeRules())
    assert answer.handover_id is not None
    assert resolve_scan(elsewhere.store, f"SERAH-{code}", rules=CodeRules()).handover_id is None
    view = open_handover(tablet.store, answer.handover_id, now=clock)
    assert view is not None
    kept = attach_handover(
        tablet.store,
        view.id,
        ref_id(Kind.CUSTOMER, "siti"),
        goods=[(one.product_id, one.variant_id) for one in view.goods],
        agreed=True,
        language="id",
        author_id=ref_id(Kind.ASSOCIATE, "rina"),
        now=clock,
        new_id=shops.new_id,
    )
    assert kept == 2
    anyio.run(tablet.sync)
    wished = {body["product_id"] for body in tablet.records(Kind.WISHLIST_ITEM).values()}
    assert wished == {one.product_id for one in view.goods}

    used = phone.get("/shelf/handover?store=SBDG")
    assert (used.status_code, used.headers["location"]) == (303, "/shelf/saved?store=SBDG")
    phone.post("/shelf/handover", {"store": "SBDG"})
    assert code not in phone.get("/shelf/handover?store=SBDG").text
    phone.close()
    (talk,) = tablet.records(Kind.INTERACTION).values()
    assert (talk["customer_id"], talk["handover_id"]) == (ref_id(Kind.CUSTOMER, "siti"), view.id)
    assert tablet.store.waiting() == 0
    assert tablet.store.attention() == ()
    shops.close()
