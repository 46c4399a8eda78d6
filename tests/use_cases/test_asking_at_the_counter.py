"""Scans, today and the catalogue through the services that screens get, on a real device."""

import pytest

from clienteling.domain.codes import ScanKind
from clienteling.domain.errors import ValidationFailed
from clienteling.domain.views import ReviewOrder
from sync.protocol.kinds import Kind
from tests.store.model_server import STORE_ID
from tests.use_cases.conftest import GTIN, RINA, SHIRT, SHIRT_M, SITI, Counter, make_id


@pytest.mark.parametrize(
    "code", ["8991234567891", f"https://toko.example/S1/01/{GTIN}", "KEM-LIN-M", "kem-lin-m", f"(01){GTIN}"]
)
def test_a_code_at_the_shelf_leads_to_the_variant(counter: Counter, code: str) -> None:
    answer = counter.services.resolve_scan(code)
    assert (answer.product_id, answer.variant_id, answer.customer_id) == (SHIRT, SHIRT_M, None)
    assert (answer.code.kind, answer.code.error) == (ScanKind.PRODUCT, None)


@pytest.mark.parametrize("text", ["kemeja", "Kemeja", " linen ", "kemeja linen", "kem"])
def test_a_products_name_is_searched_whatever_code_it_could_be(counter: Counter, text: str) -> None:
    answer = counter.services.resolve_scan(text)
    assert (answer.is_product_name, answer.product_id, answer.customer_id) == (True, None, None)


def test_six_letters_that_name_a_product_are_still_read_as_the_code_they_could_be(counter: Counter) -> None:
    assert counter.services.resolve_scan("kemeja").code.kind is ScanKind.HANDOVER


@pytest.mark.parametrize("text", ["SERAH-KEMEJA", "serah kemeja", "]Q1KEMEJA", "gamisa", "K7M2PX", "SERAH-KEMEJ0"])
def test_a_hand_over_code_that_is_marked_or_names_no_product_is_no_search(counter: Counter, text: str) -> None:
    answer = counter.services.resolve_scan(text)
    assert (answer.is_product_name, answer.product_id, answer.customer_id) == (False, None, None)


@pytest.mark.parametrize("text", ["8991234567899", "https://toko.example/kemeja", "(01)8991234567899"])
def test_what_has_the_form_of_a_code_is_never_searched_as_a_name(counter: Counter, text: str) -> None:
    assert not counter.services.resolve_scan(text).is_product_name


def test_a_card_leads_to_the_customer(counter: Counter) -> None:
    account = {"customer_id": SITI, "number": "LY-0012", "as_of": "2026-11-01T00:00:00Z"}
    counter.put(Kind.LOYALTY_ACCOUNT, "card", **account)
    counter.sync()
    answer = counter.services.resolve_scan("ly-0012")
    assert (answer.code.kind, answer.customer_id) == (ScanKind.LOYALTY, SITI)
    assert counter.services.resolve_scan("LY-9999").customer_id is None


def test_a_card_whose_number_has_no_known_form_is_a_card_once_its_customer_is_found(counter: Counter) -> None:
    for number in ("4471-22", "8991234567899"):  # the second is as long as a GTIN and fails its check digit
        account = {"customer_id": SITI, "number": number, "as_of": "2026-11-01T00:00:00Z"}
        counter.put(Kind.LOYALTY_ACCOUNT, "card", **account)
        counter.sync()
        answer = counter.services.resolve_scan(number)
        assert (answer.code.kind, answer.code.error, answer.customer_id) == (ScanKind.LOYALTY, None, SITI)


def sell(counter: Counter, sku: str) -> str:
    """The variant that the retailer knows by this number alone."""
    variant_id = make_id(sku)
    counter.put(Kind.PRODUCT, "Syal", name="Syal", variants=[{"id": variant_id, "sku": sku}])
    counter.sync()
    return variant_id


@pytest.mark.parametrize("number", ["10000007", "4006381333931", "416000336108", "10614141000415", "0112345678901234"])
def test_the_retailers_own_number_is_found_when_it_could_be_a_barcode(counter: Counter, number: str) -> None:
    sold = sell(counter, number)
    answer = counter.services.resolve_scan(number)
    assert (answer.variant_id, answer.code.kind, answer.code.error) == (sold, ScanKind.PRODUCT, None)


def test_a_card_whose_number_could_be_a_barcode_leads_to_its_customer(counter: Counter) -> None:
    account = {"customer_id": SITI, "number": "2900000000018", "as_of": "2026-11-01T00:00:00Z"}
    counter.put(Kind.LOYALTY_ACCOUNT, "card", **account)
    counter.sync()
    answer = counter.services.resolve_scan("2900000000018")
    assert (answer.code.kind, answer.code.gtin, answer.customer_id) == (ScanKind.LOYALTY, None, SITI)


def test_a_number_of_the_retailers_that_begins_as_cards_do_is_found(counter: Counter) -> None:
    sold = sell(counter, "LY-LINEN-M")
    answer = counter.services.resolve_scan("ly-linen-m")
    assert (answer.variant_id, answer.code.kind) == (sold, ScanKind.PRODUCT)


@pytest.mark.parametrize("code", ["", "https://elsewhere.example/x", "8991234567899", "\x00", "NOPE-1", "x" * 9_000])
def test_what_leads_nowhere_says_so_and_never_raises(counter: Counter, code: str) -> None:
    answer = counter.services.resolve_scan(code)
    assert (answer.product_id, answer.variant_id, answer.customer_id) == (None, None, None)


def test_what_is_no_picture_is_refused_with_a_reason(counter: Counter) -> None:
    with pytest.raises(ValidationFailed) as refused:
        counter.services.decode_picture(b"not a picture")
    assert refused.value.code == "scan.not_a_picture"


def test_the_device_knows_its_store_its_people_and_its_day(counter: Counter) -> None:
    services = counter.services
    store = services.store()
    assert store is not None
    assert (store.id, store.name) == (STORE_ID, "Toko Bandung")
    assert [one.id for one in services.associates()] == [RINA]
    assert services.today().store == store
    assert services.store_today().isoformat() == "2026-11-22"


def test_the_catalogue_answers(counter: Counter) -> None:
    services = counter.services
    assert [one.id for one in services.search_products("kemeja", 5)] == [SHIRT]
    product = services.product(SHIRT)
    assert product is not None
    assert product.variants[0].gtin == GTIN
    assert services.reviews(SHIRT, order=ReviewOrder.NEWEST) == ()
    assert services.product(SITI) is None
    assert services.customer(SHIRT) is None


def test_what_a_pull_brings_is_found_at_once(counter: Counter) -> None:
    counter.customer("Wartini", phone="+6281300009999")
    counter.sync()
    answer = counter.services.look_up("wart", 5)
    assert ([row.name for row in answer.rows], answer.more) == (["Wartini"], False)


@pytest.mark.parametrize("name", ["\x00", "", "'", "%", "\U0001f642"])
def test_an_address_that_names_nothing_finds_nothing(counter: Counter, name: str) -> None:
    assert counter.services.product(name) is None
    assert counter.services.customer(name) is None
