"""The store in a label's address, and the way back from it."""

import re

import pytest

from clienteling.domain.store_stem import code_fits_stem, location_of_stem, store_stem
from clienteling.domain.views import StoreView
from sync.protocol.bodies.shop import LocationBody

BANDUNG_ID = "0198c0de-0000-7000-8000-000000000001"
SURABAYA_ID = "0198c0de-0000-7000-8000-000000000002"


def _store(code: str, store_id: str = BANDUNG_ID) -> StoreView:
    return StoreView(store_id, "Bandung", code, "Bandung", "Asia/Jakarta")


@pytest.mark.parametrize(
    ("code", "stem"), [("BDG", "SBDG"), (" bdg-1 ", "SBDG-1"), ("42", "S42"), ("A" * 12, f"S{'A' * 12}")]
)
def test_a_code_is_the_stem_in_upper_case(code: str, stem: str) -> None:
    assert code_fits_stem(code)
    assert store_stem(_store(code)) == stem


@pytest.mark.parametrize(
    "code", ["", "A" * 13, "BDG 1", "BDG/1", "-BDG", "Ümlaut", "toko_1", "ß", "\u0661", "ı", "BDG\x00"]
)
def test_a_code_that_does_not_fit_gives_way_to_a_digest_of_the_id(code: str) -> None:
    assert not code_fits_stem(code)
    stem = store_stem(_store(code))
    assert re.fullmatch(r"S-[A-Z2-7]{8}", stem)
    assert stem != store_stem(_store(code, SURABAYA_ID))


def test_a_stem_leads_back_to_its_store_in_either_case() -> None:
    stores = [_store("BDG"), _store("", SURABAYA_ID)]
    for store in stores:
        for stem in (store_stem(store), store_stem(store).lower()):
            assert location_of_stem(stem, stores) is store


def test_a_stem_printed_before_the_store_had_its_code_still_leads_there() -> None:
    printed = store_stem(_store(""))
    assert location_of_stem(printed, [_store("BDG"), _store("SBY", SURABAYA_ID)]) == _store("BDG")


@pytest.mark.parametrize("stem", ["", "S", "BDG", "SXXX", "S-", "01", "ſBDG"])
def test_a_stem_of_no_store_leads_nowhere(stem: str) -> None:
    assert location_of_stem(stem, [_store("BDG"), _store("", SURABAYA_ID)]) is None


def test_a_code_that_two_stores_have_leads_to_neither() -> None:
    assert location_of_stem("SBDG", [_store("BDG"), _store("bdg", SURABAYA_ID)]) is None


def test_the_servers_record_has_the_same_stem_as_the_devices_view() -> None:
    body = LocationBody(id=BANDUNG_ID, source="files", external_ref="BDG", name="Bandung", code="BDG")
    assert store_stem(body) == store_stem(_store("BDG"))
