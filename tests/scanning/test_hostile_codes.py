"""Codes that somebody made to be misread: published links bent in every way, spoofed hosts, marks, scripts, lengths.

What is read is judged by other means than the readers use: the standard library's idea of an address, and a check digit
counted here. `CLIENTELING_FUZZ_EXAMPLES` says how many are tried.
"""

import json
import os
import unicodedata
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final
from urllib.parse import quote, urlsplit

from hypothesis import example, given, settings
from hypothesis import strategies as st

from clienteling.domain.codes import MAX_CODE_CHARS, ScanKind, ScannedCode
from clienteling.scanning.code_rules import CodeRules
from clienteling.scanning.digital_link import parse_strict, parse_tolerant
from clienteling.scanning.errors import ScanError, ScanRefused
from clienteling.scanning.gs1_values import barcode_elements, bracketed_elements, gtin14, has_valid_check_digit
from clienteling.scanning.read_code import read_code, read_digital_link

EXAMPLES: Final = int(os.environ.get("CLIENTELING_FUZZ_EXAMPLES", "1000"))
OWN: Final = "ex.shop"
RULES: Final = CodeRules(own_hosts=frozenset({OWN}), loyalty_prefixes=("KP-", "9360"))
GTIN: Final = "09521234543213"
ERRORS: Final = {None, *ScanError}
FULL_WIDTH: Final = str.maketrans("0123456789ABC/:(", "０１２３４５６７８９ＡＢＣ／：（")
ARABIC: Final = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")
UNSEEN: Final = frozenset({"Cc", "Cf", "Cs"})


def published() -> list[str]:
    lists = json.loads((Path(__file__).parents[1] / "vectors" / "gs1_digital_link.json").read_text("utf-8"))
    return [one["input"] for name, inputs in lists.items() if name not in ("meta", "resolver_http") for one in inputs]


SEEDS: Final = (
    *published(),
    *(f"https://{OWN}/S42/01/{GTIN}", f"HTTPS://EX.SHOP/S42/01/{GTIN}/10/A/21/B?17=261301&linkType=pip#x"),
    *(f"]C101{GTIN}10AB\x1d21C", f"]Q301{GTIN}", f"]d2\x1d01{GTIN}", f"(01){GTIN}(10)A", f"01{GTIN}10A"),
    *(f"\x1d01{GTIN}", "02345673", "04252614", "01234565", "]E404252614", GTIN, "9521234543213", "416000336108"),
    *("]E3952123454321300042", "SERAH-K7M2PX", "K7M2PX", "ENROL-K7M2PXQR", "KP-001234", "9360001234567", "KML-LIN-M"),
    *("WIFI:S:Toko;P:rahasia;;", "BEGIN:VCARD\r\nFN:Siti\r\nEND:VCARD", "otpauth://totp/x?secret=A", "mailto:a@b"),
)
HOSTS: Final = (
    *(OWN, "EX.SHOP.", "EX.SHOP", "ex.shop.evil", "evil.ex.shop", "notex.shop", "ex-shop", "ex.shop:443", "ex.shop:"),
    *("ex.shop:65536", "ex.shop@evil", "evil@ex.shop", "ex.shop:x@evil", "ex.shop%40evil", "ex.shop%2eevil", "", "."),
    *("ex.shop\\@evil", "ex.shop\\evil", "ex。shop", "ｅｘ.shop", "еx.shop", "ex.ѕhop", "ex.shop\u200b", "ex..shop"),
    *("xn--x-7sb.shop", "[::1]", "[ex.shop]", "ex.shop#evil", "ex.shop?evil", "ex.shop;evil", "ex.shop,evil"),
    *(" ex.shop", "ex.shop\t", "ex.shop\x00"),
)
PIECES: Final = (
    *("%", "%0", "%00", "%0A", "%2F", "%252F", "%C3%A9", "%ff", "%u0031", "+", "&", "=", "&&", "?", "#", "/", "//"),
    *("/./", "/../", "\x1d", "\x1e", "\x00", "\x7f", "\x85", "\r", "\n", "\r\n", "\t", "\ufeff", "\u200b", "\u202e"),
    *("\u2066", "\u2028", "\xa0", "\ud800", "\udcff", "\U000e0001", "İ", "ß", "ﬁ", "²", "٣", "𝟗", "é", "e\u0301"),
    *("👨\u200d👩", "]C1", "]Q3", "]d2", "]E0", "]", "(", ")", "(01)", "(10)", "/01/", f"/01/{GTIN}", "?01=1", "&10=A"),
    *("?99=", "?37=", "/10/", "@", "\\", "%D9%A3", "%EF%BC%93"),
)


def _at(text: str, share: float) -> int:
    return int(share * len(text))


def _piece_put_in(text: str, share: float, n: int) -> str:
    at = _at(text, share)
    return text[:at] + PIECES[n % len(PIECES)] + text[at:]


def _character_changed(text: str, share: float, n: int) -> str:
    at = _at(text, share)
    return text[:at] + chr(32 + n % 96) + text[at + 1 :]


def _host_spoofed(text: str, share: float, n: int) -> str:
    scheme, slashes, rest = text.partition("://")
    _, slash, path = rest.partition("/")
    return f"{scheme}{slashes}{HOSTS[n % len(HOSTS)]}{slash}{path}" if slashes else text


def _percent_encoded(text: str, share: float, n: int) -> str:
    at = _at(text, share)
    piece = text[at : at + 1 + n % 3].encode("utf-8", "surrogatepass")
    bare = "".join(f"%{byte:02x}" for byte in piece)
    return text[:at] + (quote(bare) if n % 2 else bare) + text[at + 1 + n % 3 :]


def _repeated(text: str, share: float, n: int) -> str:
    at = _at(text, share)
    return text[:at] + text[at : at + 1 + n % 9] * (1 << n % 12) + text[at:]


BENT: Final[tuple[Callable[[str, float, int], str], ...]] = (
    *(_piece_put_in, _piece_put_in, _character_changed, _host_spoofed, _host_spoofed, _percent_encoded, _repeated),
    lambda text, share, n: text[: _at(text, share)] + text[_at(text, share) + 1 + n % 4 :],
    lambda text, share, n: text[_at(text, share) :] + text[: _at(text, share)],
    lambda text, share, n: text.translate((FULL_WIDTH, ARABIC)[n % 2]),
    lambda text, share, n: (text.upper, text.lower, text.swapcase)[n % 3](),
    lambda text, share, n: f"{SEEDS[n % len(SEEDS)]}{text}",
)
BENDS: Final = st.tuples(st.sampled_from(BENT), st.floats(0, 1, exclude_max=True), st.integers(0, 1 << 16))


@st.composite
def hostile_codes(draw: st.DrawFn) -> str:
    """A published or plausible code, bent up to five times."""
    text: str = draw(st.sampled_from(SEEDS))
    for bend, share, n in draw(st.lists(BENDS, max_size=5)):
        text = bend(text, share, n)[: 2 * MAX_CODE_CHARS]
    return text


def check_digit_fits(gtin: str) -> bool:
    weighted = sum(int(digit) * (3, 1)[n % 2] for n, digit in enumerate(gtin[:13]))
    return int(gtin[13]) == -weighted % 10


def check_sound(code: ScannedCode) -> None:
    """What holds for every code, however it was made."""
    assert code.error in ERRORS
    assert (code.kind is ScanKind.PRODUCT) == (code.gtin is not None)
    assert code.kind is not ScanKind.GS1 or code.ais
    if code.gtin is not None:
        assert len(code.gtin) == 14
        assert code.gtin.isascii()
        assert code.gtin.isdecimal()
        assert check_digit_fits(code.gtin)
        assert code.error is None
    for ai, value in code.ais or ():
        assert ai.isascii()
        assert ai.isdecimal()
        assert value
        assert value.isascii()
        assert value.isprintable()
    assert len(code.shown_text) <= 80
    assert not {unicodedata.category(character) for character in code.shown_text} & UNSEEN
    assert "rahasia" not in code.shown_text or code.kind is not ScanKind.FOREIGN_LINK or code.shown_text[:1] in "hHwW"


def names_our_host_to_others(text: str) -> bool:
    """Whether the standard library, which browsers agree with here, finds our host in the address and no user."""
    address = text.strip(" \t\r\n\ufeff")
    address = address[3:].strip(" \t\r\n\ufeff") if address.startswith("]") else address
    split = urlsplit(address if "//" in address[:8] else f"http://{address}")
    return "@" not in split.netloc and (split.hostname or "").rstrip(".") == OWN


@settings(max_examples=EXAMPLES, deadline=None)
@given(hostile_codes())
@example(f"https://{OWN}@evil.example/01/{GTIN}")
@example(f"]Q1https://{OWN}\\@evil.example/01/{GTIN}")
@example(f"https://evil@{OWN}/01/{GTIN}")
@example(f"https://{OWN}/8018/%D9%A1{'1' * 17}")
@example(f"https://{OWN}/01/{GTIN}?37=%D9%A3")
def test_a_bent_code_is_sound_and_no_host_passes_for_ours(text: str) -> None:
    tolerant, strict = read_code(text, rules=RULES), read_digital_link(text, rules=RULES)
    for code in (tolerant, strict):
        assert code.input == text
        check_sound(code)
        of_an_address = code.ais is not None and "://" in text[:16]
        if of_an_address and not code.foreign_host:
            assert names_our_host_to_others(text)
    if strict.error is None:
        assert (tolerant.kind, tolerant.ais, tolerant.foreign_host) == (strict.kind, strict.ais, strict.foreign_host)
    around = read_code(f"\ufeff {text}\r\n", rules=RULES)
    assert (around.kind, around.gtin, around.ais, around.error, around.value) == (
        *(tolerant.kind, tolerant.gtin, tolerant.ais, tolerant.error, tolerant.value),
    )


@settings(max_examples=EXAMPLES // 2, deadline=None)
@given(hostile_codes())
def test_no_part_of_the_reader_raises_anything_but_its_stated_refusal(text: str) -> None:
    assert has_valid_check_digit(text) in (True, False)
    for read in (parse_strict, parse_tolerant, gtin14, barcode_elements, bracketed_elements):
        with suppress(ScanRefused):
            read(text)
