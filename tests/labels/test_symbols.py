"""The symbol is small, as the standard says, and the revision tells whether a label has to be printed again."""

from dataclasses import fields
from datetime import date
from random import Random
from typing import Any

import pytest
import qrcode
from qrcode.constants import ERROR_CORRECT_Q
from qrcode.util import lost_point

from clienteling.domain.gtin import has_right_check_digit, printed_gtin
from clienteling.domain.money import Money
from clienteling.labels.content import content_revision
from clienteling.labels.errors import LabelsRefused
from clienteling.labels.masks import penalty, seen
from clienteling.labels.symbol import SMALL_VERSION, checked_host, label_link, symbol_of, version_of
from tests.labels.sheets_to_print import content, gtin_of

HOST_OF_20 = "TOKO.NAMAMEREK.CO.ID"


def test_a_host_of_twenty_characters_stays_at_version_four() -> None:
    longest_stem = "S" + "A" * 12
    assert len(HOST_OF_20) == 20
    assert symbol_of(label_link(HOST_OF_20, "SBDG", gtin_of(1))).version <= SMALL_VERSION
    assert symbol_of(label_link(HOST_OF_20, longest_stem, gtin_of(1))).version <= SMALL_VERSION


@pytest.mark.parametrize("host", ["T.EX", HOST_OF_20, "SHOP.A-LONG-NAME.EXAMPLE.CO.ID", "A" * 60 + ".EXAMPLE"])
def test_the_symbol_is_the_one_that_qrcode_makes(host: str) -> None:
    for number in range(40):
        link = label_link(host, f"S{number}", gtin_of(number * 7919))
        code = qrcode.QRCode(error_correction=ERROR_CORRECT_Q, border=0)
        code.add_data(link, optimize=0)
        code.make(fit=True)
        symbol = symbol_of(link)
        assert symbol.version == code.version == version_of(link)
        assert [[symbol.is_dark(row, column) for column in range(symbol.modules)] for row in range(symbol.modules)] == [
            [bool(dark) for dark in row] for row in code.get_matrix()
        ]


def test_penalties_are_those_of_qrcode_however_dark_the_symbol() -> None:
    random = Random(7)
    for dark in (0.2, 0.35, 0.5, 0.65, 0.8):
        for size in (21, 29, 33):
            modules: list[list[bool | None]] = [[random.random() < dark for _ in range(size)] for _ in range(size)]
            assert penalty(seen(modules), size) == lost_point(modules)


def test_blocks_cover_every_dark_module_once() -> None:
    symbol = symbol_of(content().link)
    covered = [
        (row + down, column + along)
        for row, column, rows, columns in symbol.blocks()
        for down in range(rows)
        for along in range(columns)
    ]
    dark = {
        (row, column)
        for row in range(symbol.modules)
        for column in range(symbol.modules)
        if symbol.is_dark(row, column)
    }
    assert sorted(covered) == sorted(dark)


@pytest.mark.parametrize(
    ("typed", "host"),
    [(" toko.example. ", "TOKO.EXAMPLE"), ("tokö.example", "XN--TOK-UNA.EXAMPLE"), ("a-1.b", "A-1.B")],
)
def test_a_host_is_written_as_the_symbol_carries_it(typed: str, host: str) -> None:
    assert checked_host(typed) == host


@pytest.mark.parametrize(
    "typed", ["https://toko.example", "toko.example/x", "toko", "a b.example", "a..b", "x" * 101, "_a.b"]
)
def test_what_is_no_host_is_refused(typed: str) -> None:
    with pytest.raises(LabelsRefused) as refused:
        checked_host(typed)
    assert (refused.value.field, refused.value.code) == ("host", "labels.bad_host")


def test_no_host_is_refused_with_its_own_sentence() -> None:
    with pytest.raises(LabelsRefused) as refused:
        checked_host("  ")
    assert refused.value.code == "labels.no_host"


def test_an_address_beyond_every_symbol_is_refused() -> None:
    with pytest.raises(LabelsRefused) as refused:
        version_of("HTTPS://" + "A" * 250)
    assert refused.value.code == "labels.host_too_long"


@pytest.mark.parametrize("number", ["09521234543213", "00000096385074", "00012345678905"])
def test_a_right_check_digit_is_known(number: str) -> None:
    assert has_right_check_digit(number)
    assert not has_right_check_digit(number[:-1] + str((int(number[-1]) + 1) % 10))


@pytest.mark.parametrize("number", ["", "9521234543213", "0952123454321x", "0952123454321\u0663"])
def test_what_is_no_gtin_has_no_right_check_digit(number: str) -> None:
    assert not has_right_check_digit(number)


@pytest.mark.parametrize(
    ("gtin", "printed"),
    [
        ("09521234543213", "9521234543213"),
        ("00012345678905", "012345678905"),
        ("00000096385074", "96385074"),
        ("19521234543210", "19521234543210"),
    ],
)
def test_a_gtin_is_printed_as_below_a_barcode(gtin: str, printed: str) -> None:
    assert printed_gtin(gtin) == printed


CHANGES: dict[str, Any] = {
    "link": "HTTPS://TOKO.EXAMPLE/SSBY/01/09521234543213",
    "name": "Kemeja",
    "options": ("Putih", "L"),
    "price": Money(29_900_000, "USD"),
    "price_before": None,
    "until": date(2026, 11, 30),
    "language": "en",
}


@pytest.mark.parametrize("field", CHANGES)
def test_the_revision_changes_with_what_the_label_says(field: str) -> None:
    assert content_revision(content(**{field: CHANGES[field]})) != content_revision(content())


def test_the_revision_is_the_same_on_every_device_and_forever() -> None:
    assert content_revision(content()) == "XDMKFX"
    untold = {"variant_id", "gtin", "host"}  # the link carries them, or nobody reads them
    assert {field.name for field in fields(content())} == {*CHANGES, *untold}
