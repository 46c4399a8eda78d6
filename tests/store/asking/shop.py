"""A small shop on one device: records go in as a pull would bring them, questions come out.

Rows and tables for asking are in memory; the store's own paths (pages, outbox) have tests of their own.
"""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import sqlcipher3.dbapi2 as driver
from sqlalchemy import Connection, create_engine
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.pool import StaticPool

from clienteling.domain.views import LookupRow
from clienteling.store.asking_side import refresh_asking
from clienteling.store.search import look_up
from clienteling.store.tables import META, RECORD, STORE_REGISTRY, TOUCHED
from clienteling.store.unpack import ASKING, unpack_records
from sync.protocol.bodies import BODY_MODELS
from sync.protocol.ids import preference_id, stock_id
from sync.protocol.kinds import GLOBAL_SCOPE, Body, Kind, RecordKey, store_scope
from sync.protocol.times import to_wire
from tests.support.fakes import START_AT

NOW = START_AT


def make_id(name: str) -> str:
    """The same id for the same name, in every test."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, name))


BANDUNG, MAKASSAR, WAREHOUSE = make_id("Bandung"), make_id("Makassar"), make_id("Gudang")
RINA = make_id("Rina")


def ago(days: float = 0, *, hours: float = 0) -> str:
    """Wire text of a moment before NOW."""
    return to_wire(NOW - timedelta(days=days, hours=hours))


def at(text: str) -> datetime:
    """`2026-11-21 17:00` as UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


class Shop:
    """The device in Bandung, over one connection."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    def put(self, kind: Kind, ref: str, /, **fields: Any) -> str:
        """Keep a record whose id is made from `ref`; returns the id."""
        fields.setdefault("id", make_id(ref))
        body = BODY_MODELS[kind].model_validate(fields).to_body()
        self.write({RecordKey(kind, body["id"]): body})
        return str(body["id"])

    def write(self, changes: Mapping[RecordKey, Body | None]) -> None:
        """Records and the tables for asking, as every path of the store does it."""
        for key, body in changes.items():
            if body is None:
                self.connection.execute(RECORD.delete().where(RECORD.c.kind == key.kind, RECORD.c.id == key.id))
                continue
            row = {"kind": key.kind, "id": key.id, "version": 1, "body": orjson.dumps(body).decode()}
            statement = insert(RECORD).on_conflict_do_update(index_elements=["kind", "id"], set_={"body": row["body"]})
            self.connection.execute(statement, row)
        unpack_records(self.connection, tuple(changes.items()))

    def remove(self, kind: Kind, name: str) -> None:
        self.write({RecordKey(kind, make_id(name)): None})

    def touch(self, kind: Kind, record_id: str, n: int = 1) -> None:
        """As if entry `n` of this device had changed the record and the server had not answered."""
        self.connection.execute(TOUCHED.insert(), {"kind": kind, "id": record_id, "n": n})

    def stand_in(self, store_id: str) -> None:
        self.connection.execute(META.update().values(grants=[GLOBAL_SCOPE, store_scope(store_id)]))

    def customer(self, name: str, /, *, ref: str = "", **fields: Any) -> str:
        """A customer; `ref` tells apart those of one name."""
        return self.put(Kind.CUSTOMER, ref or name, name=name, **fields)

    def order(self, ref: str, customer_id: str | None, **fields: Any) -> str:
        fields = {
            "number": ref,
            "channel": "store",
            "location_id": BANDUNG,
            "placed_at": ago(30),
            "currency": "IDR",
            "subtotal_minor": 100_00,
            "total_minor": 100_00,
            "lines": [{"name": "Kemeja Linen - M", "quantity": 1, "price_minor": 100_00}],
            **fields,
        }
        return self.put(Kind.ORDER, f"order {ref}", customer_id=customer_id, **fields)

    def product(self, name: str, /, *, sizes: Sequence[str] = ("M",), price: int = 299_000_00, **fields: Any) -> str:
        """A product with a variant for each size, and its price in every size."""
        variants = [
            {"id": make_id(f"{name} {size}"), "sku": f"{name[:3].upper()}-{size}", "options": {"Ukuran": size}}
            for size in sizes
        ]
        fields = {"option_names": ["Ukuran"], "variants": variants, **fields}
        product_id = self.put(Kind.PRODUCT, name, name=name, **fields)
        prices = {variant["id"]: {"price_minor": price} for variant in fields["variants"]}
        self.put(Kind.PRICE, name, currency="IDR", variants=prices)
        return product_id

    def stock(self, product: str, size: str, levels: Mapping[str, tuple[int, int]], *, as_of: str = "") -> str:
        """Stock of a variant as Bandung was told: {location: (on hand, reserved)}."""
        variant_id = make_id(f"{product} {size}")
        told = {
            place: {"on_hand": on_hand, "reserved": reserved, "as_of": as_of or ago(hours=1)}
            for place, (on_hand, reserved) in levels.items()
        }
        return self.put(
            Kind.STOCK,
            "",
            id=stock_id(BANDUNG, variant_id),
            store_id=BANDUNG,
            variant_id=variant_id,
            product_id=make_id(product),
            levels=told,
        )

    def promotion(self, name: str, /, **fields: Any) -> str:
        fields = {
            "code": name,
            "reduction": "percent",
            "value": 10,
            "currency": "IDR",
            "starts_at": ago(1),
            "ends_at": ago(-1),
            "holds_in": "everywhere",
            **fields,
        }
        return self.put(Kind.PROMOTION, f"promotion {name}", name=name, **fields)

    def wish(self, ref: str, customer_id: str, product: str, size: str | None = None, **fields: Any) -> str:
        variant_id = make_id(f"{product} {size}") if size else None
        fields = {"added_at": ago(5), "channel": "online", **fields}
        return self.put(
            Kind.WISHLIST_ITEM,
            f"wish {ref}",
            customer_id=customer_id,
            product_id=make_id(product),
            variant_id=variant_id,
            **fields,
        )

    def preference(self, customer_id: str, key: str, value: str) -> str:
        return self.put(
            Kind.PREFERENCE, "", id=preference_id(customer_id, key), customer_id=customer_id, key=key, value=value
        )

    def find(self, text: str, limit: int = 20, *, now: datetime = NOW) -> list[str]:
        """Names found, best first."""
        return [row.name for row in self.rows(text, limit, now=now)]

    def rows(self, text: str, limit: int = 20, *, now: datetime = NOW) -> tuple[LookupRow, ...]:
        return look_up(self.connection, text, limit, store_id=BANDUNG, now=now)[0]


@contextmanager
def open_shop() -> Iterator[Shop]:
    """A shop in Bandung with its places and one associate."""
    engine = create_engine("sqlite+pysqlite://", module=driver, poolclass=StaticPool)
    with engine.connect() as connection:
        STORE_REGISTRY.metadata.create_all(connection)
        meta = {"id": 1, "device_id": make_id("device"), "applied_n": 0, "acked_n": 0, "filled": True}
        grants = [GLOBAL_SCOPE, store_scope(BANDUNG)]
        connection.execute(META.insert(), {**meta, "grants": grants, "asking_fingerprint": ""})
        refresh_asking(connection, ASKING)
        shop = Shop(connection)
        shop.put(Kind.LOCATION, "Bandung", name="Toko Bandung", code="BDG", city="Bandung")
        shop.put(
            Kind.LOCATION, "Makassar", name="Toko Makassar", code="MKS", city="Makassar", time_zone="Asia/Makassar"
        )
        shop.put(Kind.LOCATION, "Gudang", name="Gudang", code="GDG", city="Bekasi", place="warehouse")
        shop.put(Kind.ASSOCIATE, "Rina", name="Rina", location_ids=[BANDUNG])
        yield shop
    engine.dispose()
