"""One function from any text to what it means."""

import os

import pytest
from biip.checksums import gs1_standard_check_digit
from biip.upc import Upc
from hypothesis import given, settings
from hypothesis import strategies as st

from clienteling.domain.codes import MAX_CODE_CHARS, ScanKind, ScannedCode
from clienteling.scanning.code_rules import CodeRules
from clienteling.scanning.errors import ScanError
from clienteling.scanning.read_code import read_code, read_digital_link
from sync.protocol.spoken_codes import SPOKEN_ALPHABET

FUZZ_EXAMPLES = int(os.environ.get("CLIENTELING_FUZZ_EXAMPLES", "1000"))
GTIN = "09521234543213"
RULES = CodeRules(own_hosts=frozenset({"EX.SHOP"}), loyalty_prefixes=("KP-", "9360"))
ERRORS = {None, *ScanError}


def read(text: str) -> ScannedCode:
    return read_code(text, rules=RULES)


@pytest.mark.parametrize(
    "text",
    [
        f"HTTPS://EX.SHOP/S42/01/{GTIN}",
        f"https://ex.shop:8443/01/{GTIN}",
        f"https://ex.shop./01/{GTIN}",
        "https://ex.shop/01/9521234543213",
        GTIN,
        "9521234543213",
        "952 1234 543213",
        " 9521234543213\r\n",
        "\ufeff9521234543213",
        f"(01){GTIN}(10)ABC",
        f"(01) {GTIN}",
        f"]C101{GTIN}10ABC",
        f"]d201{GTIN}21X\x1d10ABC",
        f"]Q301{GTIN}",
        f"]e001{GTIN}",
        f"\x1d01{GTIN}10ABC",
        f"01{GTIN}",
        f"01{GTIN}10ABC",
        "]E09521234543213",
        "]E3952123454321300042",
        f"]I1{GTIN}",
        f"]Q1https://ex.shop/01/{GTIN}",
        f"]Q3https://ex.shop/01/{GTIN}",
        "]C09521234543213",
    ],
)
def test_a_product_is_the_same_on_every_path(text: str) -> None:
    code = read(text)
    assert (code.kind, code.gtin, code.foreign_host, code.error) == (ScanKind.PRODUCT, GTIN, False, None)
    assert code.input == text


@pytest.mark.parametrize(
    ("text", "gtin"),
    [
        ("02345673", "00000002345673"),
        ("]E402345673", "00000002345673"),
        ("416000336108", "00416000336108"),
        ("0416000336108", "00416000336108"),
        ("04252614", "00042100005264"),
        ("978-0-345-41891-3", "09780345418913"),
    ],
)
def test_short_retail_numbers_are_padded_to_fourteen(text: str, gtin: str) -> None:
    assert (read(text).kind, read(text).gtin) == (ScanKind.PRODUCT, gtin)


def test_eight_digits_that_are_ean_8_and_upc_e_give_both() -> None:
    assert (read("01234565").gtin, read("01234565").value) == ("00000001234565", "00012345000065")
    assert read("]E401234565").value is None


@pytest.mark.parametrize(
    "text",
    [
        f"HTTPS://EX.SHOP.EVIL/01/{GTIN}",
        f"https://evil.example/ex.shop/01/{GTIN}",
        f"https://notex.shop/01/{GTIN}",
        f"www.ex.shop/01/{GTIN}",
        f"https://id.gs1.org/01/{GTIN}/10/A",
    ],
)
def test_a_digital_link_of_another_host_gives_its_product_and_is_marked(text: str) -> None:
    code = read(text)
    assert (code.kind, code.gtin, code.foreign_host, code.error) == (ScanKind.PRODUCT, GTIN, True, None)


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("https://evil.example/login", "evil.example"),
        (f"https://ex.shop@evil.example/01/{GTIN}", None),
        (f"https://ex.shop\\@evil.example/01/{GTIN}", None),
        (f"https://ex.ѕhop/01/{GTIN}", None),
        ("http://", None),
        ("www.evil.example/x", "www.evil.example"),
        ("https://news.example/2024/10/21", "news.example"),
    ],
)
def test_another_web_address_is_named_and_never_a_product(text: str, host: str | None) -> None:
    code = read(text)
    assert (code.kind, code.gtin, code.foreign_host) == (ScanKind.FOREIGN_LINK, None, True)
    assert (code.error, code.value) == (ScanError.FOREIGN_LINK, host)


def test_a_faulty_link_says_what_is_wrong_with_it() -> None:
    own, foreign = read(f"https://ex.shop/01/{GTIN[:-1]}4"), read(f"https://evil.example/01/{GTIN[:-1]}4")
    assert (own.kind, own.foreign_host, own.error) == (ScanKind.UNKNOWN, False, ScanError.WRONG_CHECK_DIGIT)
    assert (foreign.kind, foreign.foreign_host) == (ScanKind.FOREIGN_LINK, True)
    assert foreign.error is ScanError.WRONG_CHECK_DIGIT


def test_our_own_address_without_a_product_is_a_link_that_is_ours() -> None:
    code = read("https://ex.shop/sale")
    assert (code.kind, code.foreign_host, code.error) == (ScanKind.FOREIGN_LINK, False, ScanError.NO_GS1_KEY)


@pytest.mark.parametrize(
    "text",
    ["https://ex.shop/414/9521234543213", "(00)106141412345678908", "00106141412345678908", "\x1d4149521234543213"],
)
def test_a_key_other_than_a_gtin_is_gs1(text: str) -> None:
    code = read(text)
    assert (code.kind, code.gtin, code.error) == (ScanKind.GS1, None, None)
    assert code.ais
    assert code.ais[0][0] in ("414", "00")


@pytest.mark.parametrize("text", ["SERAH-K7M2PX", "serah-k7m2px", "SERAH K7M2PX", "serahk7m2px", "K7M2PX", "k7m2px "])
def test_a_hand_over_code_is_read_scanned_or_typed(text: str) -> None:
    assert (read(text).kind, read(text).value, read(text).error) == (ScanKind.HANDOVER, "K7M2PX", None)


def test_an_enrolment_code_and_a_loyalty_card_are_read() -> None:
    assert (read("enrol-k7m2pxqr").kind, read("enrol-k7m2pxqr").value) == (ScanKind.ENROLMENT, "K7M2PXQR")
    assert (read("kp-00 1234").kind, read("kp-00 1234").value) == (ScanKind.LOYALTY, "KP-001234")
    assert (read("9360 0012 3456 7").kind, read("9360 0012 3456 7").value) == (ScanKind.LOYALTY, "9360001234567")


def test_without_loyalty_prefixes_nothing_is_a_loyalty_card() -> None:
    assert read_code("KP-001234", rules=CodeRules()).kind is ScanKind.UNKNOWN


def test_rules_refuse_a_prefix_that_fits_everything() -> None:
    with pytest.raises(ValueError, match="two characters"):
        CodeRules(loyalty_prefixes=("",))


@pytest.mark.parametrize("text", ["KML-LIN-M-NAVY", "1042", "123456", "SKU:9 a/b", "O0I1L0"])
def test_text_that_may_be_a_sku_is_left_to_the_caller(text: str) -> None:
    code = read(text)
    assert (code.kind, code.value, code.error) == (ScanKind.UNKNOWN, text, None)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", ScanError.EMPTY),
        (" \r\n", ScanError.EMPTY),
        ("9" * 1_000_000, ScanError.TOO_LONG),
        (f"https://ex.shop/01/{GTIN}?s={'x' * 1_000_000}", ScanError.TOO_LONG),
        ("95212345\x0043213", ScanError.CONTROL_CHARACTER),
        ("]C1\x00", ScanError.CONTROL_CHARACTER),
        ("\u202e9521234543213", ScanError.HIDDEN_CHARACTER),
        (f"https://ex.shop\u200b/01/{GTIN}", ScanError.HIDDEN_CHARACTER),
        ("9521234543213\ud800", ScanError.NOT_TEXT),
        ("قميص كتان", ScanError.UNKNOWN),
        ("٠٢٣٤٥٦٧٣", ScanError.UNKNOWN),
        ("ABCDß", ScanError.UNKNOWN),
        ("x" * 65, ScanError.UNKNOWN),
        ("]", ScanError.UNKNOWN),
        ("]Q1]Q1]Q1", ScanError.UNKNOWN),
        ("]E142", ScanError.UNKNOWN),
        ("]C1", ScanError.EMPTY),
        ("9521234543214", ScanError.WRONG_CHECK_DIGIT),
        ("02345674", ScanError.WRONG_CHECK_DIGIT),
        ("]E404252614", ScanError.WRONG_CHECK_DIGIT),
        ("952123454321312", ScanError.WRONG_LENGTH),
        ("123456789", ScanError.WRONG_LENGTH),
        (f"01{GTIN[:-1]}4", ScanError.WRONG_CHECK_DIGIT),
        ("]E0952123454321", ScanError.WRONG_CHECK_DIGIT),
        ("(01)1", ScanError.BAD_AI_VALUE),
        ("(021) 555 1234", ScanError.UNKNOWN_AI),
        (f"]C101{GTIN}89A", ScanError.BAD_AI_VALUE),
        ("SERAH-K7M2P0", ScanError.BAD_HANDOVER_CODE),
        ("SERAH-K7M2PXX", ScanError.BAD_HANDOVER_CODE),
        ("ENROL-K7M2PX", ScanError.BAD_ENROLMENT_CODE),
        ("00020101021126570011ID.DANA.WWW011893600915300000000002090000", ScanError.PAYMENT_CODE),
    ],
)
def test_what_cannot_be_used_is_unknown_with_its_reason(text: str, error: ScanError) -> None:
    code = read(text)
    assert (code.kind, code.gtin, code.error) == (ScanKind.UNKNOWN, None, error)


@pytest.mark.parametrize(
    ("text", "error", "shown"),
    [
        ("WIFI:S:Toko;T:WPA;P:rahasia;;", ScanError.WIFI_NETWORK, "WIFI:…"),
        ("BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Siti\r\nEND:VCARD", ScanError.CONTACT_CARD, "BEGIN:VCARD:…"),
        ("MECARD:N:Siti;;", ScanError.CONTACT_CARD, "MECARD:…"),
        ("otpauth://totp/x?secret=ABC", ScanError.ONE_TIME_PASSWORD, "OTPAUTH:…"),
        ("mailto:siti@example.com", ScanError.FOREIGN_LINK, "MAILTO:…"),
        ("JavaScript:alert(1)", ScanError.FOREIGN_LINK, "JAVASCRIPT:…"),
        ("evil+app://x", ScanError.FOREIGN_LINK, "EVIL+APP:…"),
    ],
)
def test_codes_for_other_programs_are_named_and_their_content_is_not_shown(text: str, error: str, shown: str) -> None:
    code = read(text)
    assert (code.kind, code.error, code.shown_text) == (ScanKind.FOREIGN_LINK, error, shown)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("WIFI:S:Toko \U0001f468\u200d\U0001f469;T:WPA;P:rahasia;;", ScanError.WIFI_NETWORK),
        ("]Q1WIFI:S:Toko\u200b;T:WPA;P:rahasia;;", ScanError.WIFI_NETWORK),
        ("]Q1]Q1WIFI:S:Toko;P:rahasia;;", ScanError.WIFI_NETWORK),
        ("\u202eWIFI:S:Toko;P:rahasia;;", ScanError.WIFI_NETWORK),
        ("\x00WIFI:S:Toko;P:rahasia;;", ScanError.WIFI_NETWORK),
        ("WIFI:S:Toko;P:raha\x1dsia;;", ScanError.WIFI_NETWORK),
        (f"WIFI:P:rahasia;S:{'x' * MAX_CODE_CHARS};;", ScanError.WIFI_NETWORK),
        ("BEGIN:VCARD\nFN:نام\u200cها rahasia\nEND:VCARD", ScanError.CONTACT_CARD),
        ("MECARD:N:rahasia\x0b;;", ScanError.CONTACT_CARD),
        ("otpauth://totp/x\u00ad?secret=rahasia", ScanError.ONE_TIME_PASSWORD),
    ],
)
def test_a_secret_stays_unshown_when_characters_nobody_sees_stand_in_it(text: str, error: ScanError) -> None:
    code = read(text)
    assert (code.kind, code.error) == (ScanKind.FOREIGN_LINK, error)
    assert "rahasia" not in code.shown_text


@pytest.mark.parametrize("text", ["0112345678901234", "0109521234543214", "00111111111111111111", "952123454321312"])
def test_digits_that_fail_as_a_barcode_are_left_to_the_caller_as_a_number_of_the_retailers(text: str) -> None:
    code = read(text)
    assert (code.kind, code.gtin, code.value) == (ScanKind.UNKNOWN, None, text)
    assert code.error in (ScanError.WRONG_CHECK_DIGIT, ScanError.WRONG_LENGTH)


def test_what_is_shown_is_one_short_visible_line() -> None:
    assert read("a\u202eb\nc").shown_text == "a\ufffdb\ufffdc"
    assert read("x" * 1_000_000).shown_text == "x" * 79 + "…"
    assert read(f"]Q1https://{'x' * 80}").shown_text == f"https://{'x' * 71}…"


def test_what_was_scanned_is_not_in_the_repr() -> None:
    assert "rahasia" not in repr(read("WIFI:P:rahasia;;"))
    assert "1234" not in repr(read("KP-001234"))


def test_strict_reads_digital_links_and_nothing_else() -> None:
    link = read_digital_link(f"https://ex.shop/01/{GTIN}/10/A", rules=RULES)
    assert (link.kind, link.gtin, link.ais, link.foreign_host) == (
        ScanKind.PRODUCT,
        GTIN,
        (("01", GTIN), ("10", "A")),
        False,
    )
    for text, error in (
        (GTIN, ScanError.BAD_LINK),
        ("https://ex.shop/01/9521234543213", ScanError.SHORT_GTIN),
        ("", ScanError.BAD_LINK),
        ("h" * 1_000_000, ScanError.TOO_LONG),
    ):
        code = read_digital_link(text, rules=RULES)
        assert (code.kind, code.error) == (ScanKind.UNKNOWN, error)


@pytest.mark.parametrize(
    ("uri", "error"),
    [
        (f"https://ex.shop@evil.example/01/{GTIN}", ScanError.BAD_LINK),
        (f"https://ex.shop\\@evil.example/01/{GTIN}", ScanError.BAD_LINK),
        (f"https://ex.ѕhop/01/{GTIN}", ScanError.BAD_LINK),
        (f"https://evil.example/01/{GTIN[:-1]}4", ScanError.WRONG_CHECK_DIGIT),
        (f"https://evil.example/01/{GTIN}?s={'x' * MAX_CODE_CHARS}", ScanError.TOO_LONG),
    ],
)
def test_strict_says_of_a_faulty_address_that_it_is_not_ours(uri: str, error: ScanError) -> None:
    code = read_digital_link(uri, rules=RULES)
    assert (code.kind, code.gtin, code.foreign_host, code.error) == (ScanKind.UNKNOWN, None, True, error)


@pytest.mark.parametrize("uri", [f"https://ex.shop/01/{GTIN[:-1]}4", f"https://ex.shop/{'x' * MAX_CODE_CHARS}", GTIN])
def test_strict_marks_neither_our_own_faulty_address_nor_what_is_none(uri: str) -> None:
    assert not read_digital_link(uri, rules=RULES).foreign_host


FRAGMENTS = st.sampled_from(
    [
        *("https://", "HTTPS://", "www.", "ex.shop", "/01/", GTIN, "/10/", "(01)", "(10)", "]C1", "]Q3", "]E0", "\x1d"),
        *("01", "00", "?", "17=", "&", "=", "%", "%00", "%ff", "[::1]", ":", "@", "\\", "SERAH-", "ENROL-", "WIFI:"),
        *("8003", "8013", "414", "7007", "3909", "000201", "KP-", " ", "-", "\r\n", "\ufeff", "\u202e", "٣", "²", "ß"),
        *("BEGIN:VCARD", "\ud800"),
    ]
)


@settings(max_examples=FUZZ_EXAMPLES, deadline=None)
@given(
    st.lists(FRAGMENTS | st.text(st.characters(), max_size=8) | st.text("0123456789", max_size=20), max_size=12).map(
        "".join
    )
)
def test_any_text_gives_a_stated_outcome_and_never_raises(text: str) -> None:
    for code in (read(text), read_digital_link(text, rules=RULES)):
        assert code.input == text
        assert code.error in ERRORS
        assert (code.kind is ScanKind.PRODUCT) == (code.gtin is not None)
        assert code.gtin is None or (len(code.gtin) == 14 and code.gtin.isascii() and code.error is None)
        assert len(code.shown_text) <= 80


@given(st.text("0123456789", min_size=13, max_size=13))
def test_a_gtin_comes_back_the_same_from_every_form(payload: str) -> None:
    gtin = f"{payload}{gs1_standard_check_digit(payload)}"
    forms = [gtin, f"https://ex.shop/S1/01/{gtin}", f"(01){gtin}", f"]C101{gtin}", f"]I1{gtin}", f"01{gtin}10X"]
    forms += [gtin[14 - length :] for length in (13, 12, 8) if gtin[: 14 - length].strip("0") == ""]
    for form in forms:
        assert read(form).gtin == gtin or read(form).kind is ScanKind.LOYALTY


@given(st.text("0123456789", min_size=11, max_size=11))
def test_an_ean_13_or_upc_a_comes_back_padded(payload: str) -> None:
    upc_a = f"{payload}{gs1_standard_check_digit(payload)}"
    if not upc_a.startswith("9360"):
        assert read(upc_a).gtin == f"00{upc_a}"
    assert read(f"0{upc_a}").gtin == f"00{upc_a}"


@given(st.sampled_from("01"), st.text("0123456789", min_size=6, max_size=6))
def test_an_upc_e_leads_to_the_upc_a_it_shortens(system: str, number: str) -> None:
    upc = Upc.parse(system + number)
    code = read(f"{system}{number}{upc.check_digit}")
    assert upc.as_upc_a().zfill(14) in (code.gtin, code.value)


@given(
    st.text("0123456789", min_size=12, max_size=12).filter(lambda text: not text.startswith("9360")), st.integers(1, 9)
)
def test_a_wrong_check_digit_is_refused_in_every_form(payload: str, off: int) -> None:
    wrong = f"{payload}{(gs1_standard_check_digit(payload) + off) % 10}"
    for form in (wrong, f"0{wrong}", f"https://ex.shop/01/0{wrong}", f"(01)0{wrong}", f"]E0{wrong}", f"]C1010{wrong}"):
        code = read(form)
        assert (code.kind, code.gtin, code.error) == (ScanKind.UNKNOWN, None, ScanError.WRONG_CHECK_DIGIT)


@given(st.text(SPOKEN_ALPHABET, min_size=6, max_size=6))
def test_every_hand_over_code_is_read_back(code: str) -> None:
    for form in (code, code.lower(), f"SERAH-{code}"):
        assert (read(form).kind, read(form).value) == (ScanKind.HANDOVER, code)
