"""What a folder's rows can refer to: places, variants and customers, of its own files first, then of earlier imports.

Only keys and ids are kept, never whole records: this is what an import holds in memory while orders stream by. Where
the folder itself names a place, product or customer, what an earlier import said of it does not count: so the answer
does not depend on how far this import has come, and a second run of the same files finds what the first one found.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from sync.connectors.cell_values import reference
from sync.connectors.csv_reading import Row, heading_key
from sync.connectors.errors import CellRefused
from sync.protocol.ids import imported_id, rule_id
from sync.protocol.importing import KnownCustomer, KnownRecords
from sync.protocol.kinds import Body, Kind
from sync.protocol.name_families import family_of
from sync.protocol.search_keys import email_key, phone_key, plain_words


class NothingKnown:
    """`KnownRecords` before the first import."""

    def places(self) -> tuple[Body, ...]:
        return ()

    def products(self) -> tuple[Body, ...]:
        return ()

    def customers(
        self, *, external_refs: Collection[str] = (), emails: Collection[str] = (), phones: Collection[str] = ()
    ) -> tuple[KnownCustomer, ...]:
        return ()

    def last_words(self, kind: Kind, ids: Collection[str]) -> Mapping[str, Body]:
        return {}

    def price_currency(self) -> str | None:
        return None


@dataclass(frozen=True, slots=True)
class Place:
    """A store, warehouse or web shop. `kind` is one of those words."""

    id: str
    ref: str
    name: str
    kind: str
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True, slots=True)
class Sellable:
    """A variant and the product it belongs to."""

    ref: str
    variant_id: str
    product_id: str


@dataclass(frozen=True, slots=True)
class Person:
    """A customer's keys. `name_words` is folded, for telling whether two names may be one person's."""

    id: str
    ref: str
    email: str
    phone: str
    name_words: frozenset[str]
    has_account: bool = True


def name_words(name: str) -> frozenset[str]:
    """The words of a name, spellings of one name made one."""
    return frozenset(family_of(word) for word in plain_words(name))


def names_agree(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether all words of the shorter name are in the longer; a name without words agrees with none."""
    shorter, longer = sorted((one, other), key=len)
    return bool(shorter) and shorter <= longer


def keyless_ref(name: str, *, email: str, phone: str) -> str:
    """A reference for someone without a platform id, readable by nobody: of the e-mail, else of phone and name."""
    parts = ("email", email) if email else ("phone", phone, *sorted(set(plain_words(name))))
    return f"guest:{rule_id('guest', *parts)}"


class KnownPlaces:
    """Places by name or code, in the order of their file. `is_list`: the folder lists its places itself."""

    def __init__(self, known: KnownRecords) -> None:
        self._known = known
        self._by_word: dict[str, Place] = {}
        self._here: dict[str, Place] = {}
        self.is_list = False

    def add(self, place: Place, code: str = "") -> None:
        """Remember a place under its name, and under its code where no name says the same."""
        self._here[place.id] = place
        for word in (place.name, code):
            if word:
                self._by_word.setdefault(heading_key(word), place)

    @cached_property
    def _earlier(self) -> dict[str, Place]:
        """The places of earlier imports by name and code."""
        found: dict[str, Place] = {}
        for body in self._known.places():
            place = Place(
                body["id"], body["external_ref"], body["name"], body["place"], body["latitude"], body["longitude"]
            )
            for word in (place.name, body["code"]):
                if word:
                    found.setdefault(heading_key(word), place)
        return found

    def get(self, word: str) -> Place | None:
        """The place of that name or code."""
        found = self._by_word.get(heading_key(word))
        if found is None:
            found = self._earlier.get(heading_key(word))
            return None if found is None or found.id in self._here else found
        return found

    def required(self, row: Row, column: str) -> Place:
        """The place a row names. Raises CellRefused for an empty cell or a place nobody has listed."""
        place = self.get(row.required(column))
        if place is None:
            raise CellRefused("import.unknown_location", column)
        return place

    def __iter__(self) -> Iterator[Place]:
        """The folder's places; where it has no list of them, those of earlier imports too."""
        earlier = {} if self.is_list else {place.id: place for place in self._earlier.values()}
        yield from {**earlier, **self._here}.values()


@dataclass(frozen=True, slots=True)
class _Catalogue:
    """The variants of earlier imports, each with the handle of its product, and product ids by handle."""

    by_sku: dict[str, tuple[str, Sellable]]
    by_options: dict[tuple[str, ...], Sellable]
    product_ids: dict[str, str]


class KnownProducts:
    """Products by handle, variants by SKU or by handle and options."""

    def __init__(self, source: str, known: KnownRecords) -> None:
        self._source = source
        self._known = known
        self._product_ids: dict[str, str] = {}
        self._by_sku: dict[str, Sellable] = {}
        self._by_options: dict[tuple[str, ...], Sellable] = {}

    def add_product(self, handle: str, product_id: str) -> None:
        """Remember a product of this folder: what earlier imports said of its variants no longer counts."""
        self._product_ids[handle] = product_id

    def add(self, sellable: Sellable, sku: str, handle: str, options: tuple[str, ...]) -> None:
        """Remember a variant; of two with one SKU the first keeps it."""
        if sku:
            self._by_sku.setdefault(sku, sellable)
        self._by_options[(handle, *options)] = sellable

    @cached_property
    def _earlier(self) -> _Catalogue:
        """The catalogue of earlier imports, read once, when a row first names something that this folder does not."""
        found = _Catalogue({}, {}, {})
        for body in self._known.products():
            handle = body["handle"]
            found.product_ids.setdefault(handle, body["id"])
            for variant in body["variants"]:
                sku = variant["sku"]
                chosen = [variant["options"].get(name, "") for name in body["option_names"]]
                sellable = Sellable(variant_ref(sku, handle, chosen), variant["id"], body["id"])
                if sku and (sku not in found.by_sku or variant["id"] == imported_id(self._source, "variant", sku)):
                    found.by_sku[sku] = handle, sellable
                found.by_options.setdefault((handle, *(option for option in chosen if option)), sellable)
        return found

    def has_sku(self, sku: str) -> bool:
        """Whether a variant of this folder has that SKU already."""
        return sku in self._by_sku

    def is_here(self, handle: str) -> bool:
        """Whether this folder has brought that product."""
        return handle in self._product_ids

    def product_id(self, handle: str) -> str | None:
        """The product with that handle."""
        return self._product_ids.get(handle) or self._earlier.product_ids.get(handle)

    def by_sku(self, sku: str) -> Sellable | None:
        """The variant with that SKU."""
        here = self._by_sku.get(sku)
        if here is not None or sku not in self._earlier.by_sku:
            return here
        handle, earlier = self._earlier.by_sku[sku]
        return None if self.is_here(handle) else earlier

    def by_options(self, handle: str, options: tuple[str, ...]) -> Sellable | None:
        """The variant with those options, for catalogues without SKUs."""
        if self.is_here(handle):
            return self._by_options.get((handle, *options))
        return self._earlier.by_options.get((handle, *options))

    def required(self, row: Row, column: str = "sku") -> Sellable:
        """The variant a row names. Raises CellRefused where nobody has listed it."""
        sku = row.code(column)
        if not sku:
            raise CellRefused("import.missing_value", column)
        found = self.by_sku(sku)
        if found is None:
            raise CellRefused("import.unknown_sku", column)
        return found


def variant_ref(sku: str, handle: str, options: Collection[str]) -> str:
    """What stands for a variant in references: its SKU, else its handle and options."""
    return sku or f"{handle}/{'/'.join(options)}"


class KnownCustomers:
    """Customers by platform id, e-mail and phone. A phone may be several people's: families share them.

    Of earlier imports only those are known who were asked for by `expect`, hundreds at a time.
    """

    def __init__(self, source: str, known: KnownRecords) -> None:
        self._source = source
        self._known = known
        self._by_ref: dict[str, Person] = {}
        self._by_email: dict[str, Person] = {}
        self._by_phone: dict[str, tuple[Person, ...]] = {}
        self._earlier: dict[str, Person] = {}
        self._earlier_by_email: dict[str, tuple[Person, ...]] = {}
        self._earlier_by_phone: dict[str, tuple[Person, ...]] = {}
        self._asked: set[tuple[str, str]] = set()

    def add(self, ref: str, name: str, *, email: str, phone: str) -> Person:
        """Remember a customer of this folder; of two with one e-mail the first is found by it."""
        identity = imported_id(self._source, Kind.CUSTOMER, ref)
        person = Person(identity, ref, email, phone, name_words(name) if phone else frozenset())
        self._by_ref[ref] = person
        if email:
            self._by_email.setdefault(email, person)
        if phone:
            self._by_phone[phone] = (*self._by_phone.get(phone, ()), person)
        return person

    def expect(self, *, refs: Collection[str] = (), emails: Collection[str] = (), phones: Collection[str] = ()) -> None:
        """Ask once for the people of earlier imports whom the next rows name."""
        wanted = [
            self._unasked("ref", [ref for ref in refs if ref not in self._by_ref]),
            self._unasked("email", [email for email in emails if email not in self._by_email]),
            self._unasked("phone", phones),
        ]
        if not any(wanted):
            return
        for known in self._known.customers(external_refs=wanted[0], emails=wanted[1], phones=wanted[2]):
            self._remember(known)

    def _unasked(self, key_kind: str, keys: Collection[str]) -> list[str]:
        new = {(key_kind, key) for key in keys if key} - self._asked
        self._asked |= new
        return sorted(key for _, key in new)

    def _remember(self, known: KnownCustomer) -> None:
        if known.external_ref in self._earlier:
            return
        email, phone = next(iter(known.emails), ""), next(iter(known.phones), "")
        person = Person(known.id, known.external_ref, email, phone, name_words(known.name), known.has_account)
        self._earlier[person.ref] = person
        for key in known.emails:
            self._earlier_by_email[key] = (*self._earlier_by_email.get(key, ()), person)
        for key in known.phones:
            self._earlier_by_phone[key] = (*self._earlier_by_phone.get(key, ()), person)

    def is_here(self, ref: str) -> bool:
        """Whether this folder has named that customer."""
        return ref in self._by_ref

    def by_ref(self, ref: str) -> Person | None:
        """The customer with that platform id."""
        return self._by_ref.get(ref) or self._earlier.get(ref)

    def by_email(self, email: str, *, guests: bool = False) -> Person | None:
        """The customer with that e-mail key. `guests`: an earlier import's customer without an account counts too."""
        return self._by_email.get(email) or next(self._not_here(self._earlier_by_email.get(email, ()), guests), None)

    def by_phone(self, phone: str, *, guests: bool = False) -> tuple[Person, ...]:
        """Everyone with that E.164 number."""
        earlier = self._not_here(self._earlier_by_phone.get(phone, ()), guests)
        return (*self._by_phone.get(phone, ()), *earlier)

    def _not_here(self, people: tuple[Person, ...], guests: bool) -> Iterator[Person]:
        allowed = (person for person in people if person.ref not in self._by_ref and (guests or person.has_account))
        return iter(sorted(allowed, key=lambda person: not person.has_account))

    def named(self, row: Row, *, guests: bool = True) -> Person:
        """The customer a row of ours means: the first of customer_id, email, phone that is filled and known.

        Raises CellRefused: nobody known, or a phone that several people share.
        """
        ref, email = row.code("customer_id"), email_key(row.text("email"))
        person = self.by_ref(ref) if ref else None
        person = person or (self.by_email(email, guests=guests) if email else None)
        if person is not None:
            return person
        phone = phone_key(row.code("phone"))
        sharing = self.by_phone(phone, guests=guests) if phone else ()
        if len(sharing) > 1:
            raise CellRefused("import.shared_phone", "phone")
        if not sharing:
            reference(row.code("customer_id"), "customer_id")
            raise CellRefused("import.unknown_customer", "customer_id")
        return sharing[0]
