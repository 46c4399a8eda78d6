"""Which product and store an address names, and which addresses are none."""

import pytest

from clienteling.shelf.address import AddressRefused, ShelfAddress, read_address
from clienteling.shelf.paths import is_shelf_path

GTIN = "08990000010203"


@pytest.mark.parametrize(
    ("path", "address"),
    [
        (f"/SBDG/01/{GTIN}", ShelfAddress(GTIN, "SBDG", is_short=False)),
        (f"/sbdg/01/{GTIN}", ShelfAddress(GTIN, "SBDG", is_short=False)),
        (f"/01/{GTIN}", ShelfAddress(GTIN, None, is_short=False)),
        (f"/01/{GTIN}/", ShelfAddress(GTIN, None, is_short=False)),
        (f"/S-AB2CD3EF/01/{GTIN}", ShelfAddress(GTIN, "S-AB2CD3EF", is_short=False)),
        (f"/SBDG/01/{GTIN}/10/LOT01", ShelfAddress(GTIN, "SBDG", is_short=False)),
        (f"/SBDG/01/{GTIN}/10/LOT%2F01/21/HELLO", ShelfAddress(GTIN, "SBDG", is_short=False)),
        ("/SBDG/01/8990000010203", ShelfAddress(GTIN, "SBDG", is_short=True)),
        ("/01/012345678905", ShelfAddress("00012345678905", None, is_short=True)),
        ("/01/12345670", ShelfAddress("00000012345670", None, is_short=True)),
        ("/01/0899000%30010203", ShelfAddress(GTIN, None, is_short=False)),
    ],
)
def test_an_address_names_a_product_and_its_store(path: str, address: ShelfAddress) -> None:
    assert read_address(path, "") == address


@pytest.mark.parametrize(
    "path",
    [
        "/SBDG/01/08990000010204",  # wrong check digit
        "/01/089900000102030",  # 15 digits
        "/01/0899000001020",  # 13 digits with a wrong check digit
        "/01/",
        "/SBDG/01",
        "/01/abc",
        f"/01/{GTIN}/badrequest",
        f"/01/{GTIN}/21/HELLO/10/LOT01",  # qualifiers out of order
        f"/01/{GTIN}%00",
        f"/%00/01/{GTIN}",
        f"/S BDG/01/{GTIN}",
        f"/S%20BDG/01/{GTIN}",
        f"/{'S' * 41}/01/{GTIN}",
        "/01/" + "%D9%A0" * 14,  # Arabic-Indic digits
        "/01/" + "\u0660" * 14,
        f"/<script>/01/{GTIN}",
        f"/01/{'9' * 8_000}",
    ],
)
def test_what_was_meant_for_a_label_and_is_wrong_is_malformed(path: str) -> None:
    with pytest.raises(AddressRefused) as refused:
        read_address(path, "")
    assert refused.value.status == 400


@pytest.mark.parametrize("path", ["/", "/foo", "/a/b/c", f"/S1/S2/01/{GTIN}", "/414/9506000134376", "/shelf/nothing"])
def test_what_no_label_has_is_no_page(path: str) -> None:
    with pytest.raises(AddressRefused) as refused:
        read_address(path, "")
    assert refused.value.status == 404


@pytest.mark.parametrize(
    ("query", "is_right"), [("lang=en&s=42", True), ("17=261231", True), ("999=faux", False), ("10=ABC", False)]
)
def test_numbers_in_the_query_are_gs1s_and_words_are_ours(query: str, is_right: bool) -> None:
    if is_right:
        assert read_address(f"/01/{GTIN}", query).gtin14 == GTIN
    else:
        with pytest.raises(AddressRefused):
            read_address(f"/01/{GTIN}", query)


def test_the_address_of_the_page_has_fourteen_digits_and_no_qualifier() -> None:
    assert read_address("/SBDG/01/8990000010203/10/LOT01", "").path == f"/SBDG/01/{GTIN}"


def test_paths_of_the_shelf_are_told_from_those_of_the_app() -> None:
    ours = ("/01/1", "/SBDG/01/1", "/s42/01/1/10/L", "/shelf/saved", "/.well-known/gs1resolver", "/01/", "/S1/01")
    others = ("/", "/01", "/customers/01/1", "/shelf", "/client/01x/a", "/v1/sync/pull", "/products/0/01", "/healthz")
    assert [path for path in ours if not is_shelf_path(path)] == []
    assert [path for path in others if is_shelf_path(path)] == []
