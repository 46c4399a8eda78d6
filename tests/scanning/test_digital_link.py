"""Digital Links against the published test inputs, and what the parsers say beyond them."""

import json
from pathlib import Path
from typing import Any

import pytest

from clienteling.domain.codes import MAX_CODE_CHARS
from clienteling.scanning.digital_link import link_host, parse_strict, parse_tolerant
from clienteling.scanning.errors import ScanError, ScanRefused

VECTORS: dict[str, list[dict[str, Any]]] = json.loads(
    (Path(__file__).parents[1] / "vectors" / "gs1_digital_link.json").read_text(encoding="utf-8")
)
GTIN = "09521234543213"


def vectors(name: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("vector", VECTORS[name], ids=[vector["id"] for vector in VECTORS[name]])


def check_expected(vector: dict[str, Any], ais: tuple[tuple[str, str], ...], gtin: str | None) -> None:
    assert gtin == vector["expected_gtin"]
    if vector["expected_ais"] is not None:
        assert [list(pair) for pair in ais] == vector["expected_ais"]


def refusal(uri: str, *, tolerant: bool = False) -> ScanError:
    with pytest.raises(ScanRefused) as refused:
        (parse_tolerant if tolerant else parse_strict)(uri)
    return refused.value.error


def test_the_published_inputs_are_all_here() -> None:
    assert [len(VECTORS[name]) for name in ("strict_valid", "tolerant_valid", "strict_invalid")] == [36, 10, 33]


@vectors("strict_valid")
def test_strict_and_tolerant_read_every_valid_link(vector: dict[str, Any]) -> None:
    for link in (parse_strict(vector["input"]), parse_tolerant(vector["input"])):
        check_expected(vector, link.ais, link.gtin)


@vectors("tolerant_valid")
def test_only_tolerant_reads_a_short_gtin_and_pads_it(vector: dict[str, Any]) -> None:
    assert refusal(vector["input"]) is ScanError.SHORT_GTIN
    link = parse_tolerant(vector["input"])
    check_expected(vector, link.ais, link.gtin)


@vectors("strict_invalid")
def test_strict_refuses_every_invalid_link(vector: dict[str, Any]) -> None:
    with pytest.raises(ScanRefused):
        parse_strict(vector["input"])


@pytest.mark.parametrize(
    ("uri", "error"),
    [
        (f"https://ex.shop/01/{GTIN[:-1]}4", ScanError.WRONG_CHECK_DIGIT),
        (f"https://ex.shop/01/{GTIN}0", ScanError.BAD_AI_VALUE),
        (f"https://ex.shop/01/{GTIN}?999=faux", ScanError.UNKNOWN_AI),
        (f"https://ex.shop/01/{GTIN}?10=ABC", ScanError.MISPLACED_AI),
        (f"https://ex.shop/01/{GTIN}/21/A/10/B", ScanError.MISPLACED_AI),
        (f"https://ex.shop/01/{GTIN}/22/A/235/B", ScanError.MISPLACED_AI),
        (f"https://ex.shop/01/{GTIN}/10/A/10/A", ScanError.MISPLACED_AI),
        (f"https://ex.shop/01/{GTIN}?99=A&99=A", ScanError.DUPLICATE_AI),
        (f"https://ex.shop/01/{GTIN}?99=", ScanError.BAD_AI_VALUE),
        (f"https://ex.shop/01/{GTIN}?17=261332", ScanError.BAD_AI_VALUE),
        (f"https://ex.shop/01/{GTIN}/10/%D9%A1", ScanError.BAD_AI_VALUE),
        ("https://ex.shop/8018/%D9%A1" + "1" * 17, ScanError.BAD_AI_VALUE),
        ("https://ex.shop/414/9521234543214", ScanError.WRONG_CHECK_DIGIT),
        ("https://ex.shop/253/9521234543214ABC", ScanError.WRONG_CHECK_DIGIT),
        ("https://ex.shop/8006/095212345432140102", ScanError.WRONG_CHECK_DIGIT),
        ("https://ex.shop/8013/1987654Ad4X4bL5ttr2310c2J", ScanError.WRONG_CHECK_DIGIT),
        (f"https://ex.shop@evil.example/01/{GTIN}", ScanError.BAD_LINK),
        (f"https://ex.shop:70000/01/{GTIN}", ScanError.BAD_LINK),
        (f"https://[fe80::1%25eth0]/01/{GTIN}", ScanError.BAD_LINK),
        (f"https://[1::2::3]/01/{GTIN}", ScanError.BAD_LINK),
        (f"https://éx.shop/01/{GTIN}", ScanError.BAD_LINK),
        (f"https:///01/{GTIN}", ScanError.BAD_LINK),
        (f"ftp://ex.shop/01/{GTIN}", ScanError.BAD_LINK),
        (f"https://ex.shop/01/{GTIN}\n", ScanError.BAD_LINK),
        (f"https://ex.shop/{'x' * MAX_CODE_CHARS}/01/{GTIN}", ScanError.TOO_LONG),
    ],
)
def test_both_parsers_say_what_is_wrong(uri: str, error: ScanError) -> None:
    assert refusal(uri) is error
    assert refusal(uri, tolerant=True) is error


@pytest.mark.parametrize("uri", [f"HtTpS://ex.shop/01/{GTIN}", f"https://ex.shop/01/{GTIN}/"])
def test_tolerant_takes_a_mixed_case_scheme_and_one_slash_at_the_end(uri: str) -> None:
    assert parse_tolerant(uri).gtin == GTIN
    with pytest.raises(ScanRefused):
        parse_strict(uri)


def test_our_own_label_is_read_with_its_store() -> None:
    link = parse_strict(f"HTTPS://EX.SHOP./S42/01/{GTIN}?linkType=gs1%3Areview&s=1+2")
    assert (link.host, link.port, link.stem, link.gtin) == ("ex.shop", None, ("S42",), GTIN)
    assert link.other == (("linkType", "gs1:review"), ("s", "1 2"))


def test_the_rightmost_key_counts_when_the_stem_looks_like_one() -> None:
    link = parse_strict(f"https://ex.shop/00/faux/01/{GTIN}/21/7")
    assert link.ais == (("01", GTIN), ("21", "7"))
    assert link.stem == ("00", "faux")


def test_a_global_model_number_is_read() -> None:
    """The pair 2K is GS1's own worked example."""
    assert parse_strict("https://ex.shop/8013/1987654Ad4X4bL5ttr2310c2K").gtin is None


@pytest.mark.parametrize(
    ("uri", "host"),
    [
        ("HTTPS://EX.SHOP.EVIL/01/1", "ex.shop.evil"),
        ("https://ex.shop:8443?x", "ex.shop"),
        ("https://ex.shop@evil.example/", None),
        ("https://ex.shop\\@evil.example/", None),
        ("https://ex.ѕhop/", None),
        ("mailto:a@ex.shop", None),
    ],
)
def test_a_host_is_named_only_where_no_reader_could_take_it_for_another(uri: str, host: str | None) -> None:
    assert link_host(uri) == host
