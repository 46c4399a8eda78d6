"""What earlier files of the same folder have named, so that later ones can refer to it: places, variants, customers.

Only keys and ids are kept, never whole records: this is what an import holds in memory while orders stream by.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from sync.connectors.cell_values import reference
from sync.connectors.csv_reading import Row, heading_key
from sync.connectors.errors import CellRefused
from sync.protocol.ids import imported_id, rule_id
from sync.protocol.kinds import Kind
from sync.protocol.name_families import family_of
from sync.protocol.search_keys import email_key, phone_key, plain_words


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
    """Places by name or code, in the order of their file."""

    def __init__(self) -> None:
        self._by_word: dict[str, Place] = {}
        self._all: list[Place] = []

    def add(self, place: Place, code: str = "") -> None:
        """Remember a place under its name, and under its code where no name says the same."""
        self._all.append(place)
        self._by_word.setdefault(heading_key(place.name), place)
        if code:
            self._by_word.setdefault(heading_key(code), place)

    def get(self, word: str) -> Place | None:
        """The place of that name or code."""
        return self._by_word.get(heading_key(word))

    def required(self, row: Row, column: str) -> Place:
        """The place a row names. Raises CellRefused for an empty cell or a place nobody has listed."""
        place = self.get(row.required(column))
        if place is None:
            raise CellRefused("import.unknown_location", column)
        return place

    def __iter__(self) -> Iterator[Place]:
        return iter(self._all)


class KnownProducts:
    """Products by handle, variants by SKU or by handle and options."""

    def __init__(self) -> None:
        self.products: dict[str, str] = {}
        self._by_sku: dict[str, Sellable] = {}
        self._by_options: dict[tuple[str, ...], Sellable] = {}

    def add(self, sellable: Sellable, sku: str, handle: str, options: tuple[str, ...]) -> None:
        """Remember a variant; of two with one SKU the first keeps it."""
        if sku:
            self._by_sku.setdefault(sku, sellable)
        self._by_options[(handle, *options)] = sellable

    def has_sku(self, sku: str) -> bool:
        """Whether a variant has that SKU already."""
        return sku in self._by_sku

    def by_sku(self, sku: str) -> Sellable | None:
        """The variant with that SKU."""
        return self._by_sku.get(sku)

    def by_options(self, handle: str, options: tuple[str, ...]) -> Sellable | None:
        """The variant with those options, for catalogues without SKUs."""
        return self._by_options.get((handle, *options))

    def required(self, row: Row, column: str = "sku") -> Sellable:
        """The variant a row names. Raises CellRefused where nobody has listed it."""
        sku = row.code(column)
        if not sku:
            raise CellRefused("import.missing_value", column)
        found = self._by_sku.get(sku)
        if found is None:
            raise CellRefused("import.unknown_sku", column)
        return found


class KnownCustomers:
    """Customers by platform id, e-mail and phone. A phone may be several people's: families share them."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._by_ref: dict[str, Person] = {}
        self._by_email: dict[str, Person] = {}
        self._by_phone: dict[str, tuple[Person, ...]] = {}

    def add(self, ref: str, name: str, *, email: str, phone: str) -> Person:
        """Remember a customer; of two with one e-mail the first is found by it."""
        identity = imported_id(self._source, Kind.CUSTOMER, ref)
        person = Person(identity, ref, email, phone, name_words(name) if phone else frozenset())
        self._by_ref[ref] = person
        if email:
            self._by_email.setdefault(email, person)
        if phone:
            self._by_phone[phone] = (*self._by_phone.get(phone, ()), person)
        return person

    def by_ref(self, ref: str) -> Person | None:
        """The customer with that platform id."""
        return self._by_ref.get(ref)

    def by_email(self, email: str) -> Person | None:
        """The customer with that e-mail key."""
        return self._by_email.get(email)

    def by_phone(self, phone: str) -> tuple[Person, ...]:
        """Everyone with that E.164 number."""
        return self._by_phone.get(phone, ())

    def named(self, row: Row) -> Person:
        """The customer a row of ours means: the first of customer_id, email, phone that is filled and known.

        Raises CellRefused: nobody known, or a phone that several people share.
        """
        person = self._by_ref.get(row.code("customer_id"))
        person = person or self._by_email.get(email_key(row.text("email")))
        if person is not None:
            return person
        phone = phone_key(row.code("phone"))
        sharing = self._by_phone.get(phone, ()) if phone else ()
        if len(sharing) > 1:
            raise CellRefused("import.shared_phone", "phone")
        if not sharing:
            reference(row.code("customer_id"), "customer_id")
            raise CellRefused("import.unknown_customer", "customer_id")
        return sharing[0]
