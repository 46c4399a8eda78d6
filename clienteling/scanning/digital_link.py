"""GS1 Digital Link URIs, read strictly or as a scanner in a shop should.

Strict is the standard. Tolerant also takes what labels in the field carry: a GTIN of 8, 12 or 13 digits (padded to 14),
a scheme in mixed case, one slash at the end. Neither opens anything.
The address, the path and the query are taken apart here, because `biip` begins at the leftmost key, pads silently,
takes the last of two equal parameters and passes over unknown identifiers; values go to `gs1_values`, which uses it.
Source: GS1 Digital Link Standard, URI Syntax (4.4 to 4.9); qualifiers from the `dlpkey` marks of the GS1 Barcode Syntax
Dictionary. The combinations that dictionary requires or excludes (`req`, `ex`) are not checked.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv6Address
from urllib.parse import unquote, unquote_plus

from clienteling.domain.codes import MAX_CODE_CHARS
from clienteling.scanning.errors import ScanError, ScanRefused
from clienteling.scanning.gs1_values import GTIN_LENGTHS, checked_element, gtin_of, is_digits, is_known_ai

_QUALIFIERS: dict[str, tuple[tuple[str, ...], ...]] = {
    "01": (("22", "10", "21"), ("235",)),
    "8006": (("22", "10", "21"),),
    "8010": (("8011",),),
    "414": (("254",), ("7040",)),
    "415": (("8020",),),
    "417": (("7040",),),
    "8004": (("7040",),),
    "8017": (("8019",),),
    "8018": (("8019",),),
    **dict.fromkeys(("00", "253", "255", "401", "402", "8003", "8013"), ()),
}
"""Each primary key, with the qualifiers that may follow it: one of the rows, in that order, any of them left out."""

_URI = re.compile(
    r"(?P<scheme>https?)://(?P<authority>[^/?#]*)(?P<path>/[^?#]*)?(?:\?(?P<query>[^#]*))?(?:#.*)?",
    re.ASCII | re.IGNORECASE,
)
_URI_CHARACTERS = re.compile(r"[A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]*")
_AUTHORITY = re.compile(
    r"(?P<host>\[(?P<ipv6>[0-9A-Fa-f:.]+)\]|[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.?)(?::(?P<port>[0-9]{1,5}))?"
)


@dataclass(frozen=True, slots=True)
class DigitalLink:
    """A valid link, taken apart.

    host       lower case, without port or the dot of a fully qualified name.
    stem       path segments before the primary key; our labels carry the store there (`S42`).
    ais        identifiers and values: the primary key, its qualifiers, then attributes from the query.
    other      query pairs that are not application identifiers, such as `linkType`.
    """

    host: str
    port: int | None
    stem: tuple[str, ...]
    ais: tuple[tuple[str, str], ...]
    other: tuple[tuple[str, str], ...]

    @property
    def gtin(self) -> str | None:
        """The product's 14 digits, where the link names one."""
        return gtin_of(self.ais)


def parse_strict(uri: str) -> DigitalLink:
    """The link, if it keeps every rule of the standard. Raises ScanRefused."""
    return _parse(uri, tolerant=False)


def parse_tolerant(uri: str) -> DigitalLink:
    """The link as a scanner takes it; see the module. Raises ScanRefused."""
    return _parse(uri, tolerant=True)


def link_host(uri: str) -> str | None:
    """Host of an http or https address in lower case; None where it has none that can be trusted to be its host.

    An address with a user part (`https://ex.shop@evil.example/`), a backslash or letters outside ASCII has none.
    """
    match = _URI.fullmatch(uri) if _URI_CHARACTERS.fullmatch(uri) else None
    try:
        return None if match is None else _host_and_port(match["authority"])[0]
    except ScanRefused:
        return None


def _parse(uri: str, *, tolerant: bool) -> DigitalLink:
    if len(uri) > MAX_CODE_CHARS:
        raise ScanRefused(ScanError.TOO_LONG)
    match = _URI.fullmatch(uri) if _URI_CHARACTERS.fullmatch(uri) else None
    if match is None or not (tolerant or match["scheme"] in ("http", "https", "HTTP", "HTTPS")):
        raise ScanRefused(ScanError.BAD_LINK)
    host, port = _host_and_port(match["authority"])
    segments = (match["path"] or "").split("/")[1:]
    if tolerant and segments and not segments[-1]:
        segments.pop()
    stem, path_pairs = _split_at_key(segments)
    attributes, other = _split_query(match["query"] or "")
    _refuse_misplaced([ai for ai, _ in path_pairs], [ai for ai, _ in attributes])
    ais = tuple(_checked(ai, value, tolerant=tolerant) for ai, value in (*path_pairs, *attributes))
    return DigitalLink(host=host, port=port, stem=stem, ais=ais, other=other)


def _host_and_port(authority: str) -> tuple[str, int | None]:
    match = _AUTHORITY.fullmatch(authority)
    if match is None:
        raise ScanRefused(ScanError.BAD_LINK)
    if match["ipv6"] is not None:
        try:
            IPv6Address(match["ipv6"])
        except AddressValueError as exc:
            raise ScanRefused(ScanError.BAD_LINK) from exc
    port = int(match["port"]) if match["port"] else None
    if port is not None and port > 65_535:
        raise ScanRefused(ScanError.BAD_LINK)
    return match["host"].lower().removesuffix("."), port


def _split_at_key(segments: list[str]) -> tuple[tuple[str, ...], list[tuple[str, str]]]:
    """The stem, and the pairs from the rightmost primary key on, percent-decoded.

    Pairs are read from the right, as the GS1 reference engine does: a stem may look like a key of its own.
    """
    pairs: list[tuple[str, str]] = []
    end = len(segments)
    while end >= 2:
        ai, value = segments[end - 2], segments[end - 1]
        if not is_known_ai(ai):
            raise ScanRefused(ScanError.NO_GS1_KEY if not is_digits(ai) else ScanError.UNKNOWN_AI)
        pairs.insert(0, (ai, unquote(value)))
        end -= 2
        if ai in _QUALIFIERS:
            return tuple(unquote(segment) for segment in segments[:end]), pairs
    raise ScanRefused(ScanError.NO_GS1_KEY)


def _split_query(query: str) -> tuple[list[tuple[str, str]], tuple[tuple[str, str], ...]]:
    """Attributes (keys of digits only), and the pairs that are somebody else's; a word without `=` is passed over."""
    pairs = [(unquote_plus(key), unquote_plus(value)) for key, value in _query_pairs(query)]
    attributes = [(key, value) for key, value in pairs if is_digits(key)]
    return attributes, tuple((key, value) for key, value in pairs if not is_digits(key))


def _query_pairs(query: str) -> Iterator[tuple[str, str]]:
    for part in query.split("&"):
        key, equals, value = part.partition("=")
        if equals and key:
            yield key, value


def _refuse_misplaced(path_ais: list[str], query_ais: list[str]) -> None:
    """Raises ScanRefused for qualifiers out of order, an identifier that comes twice, or a qualifier in the query."""
    key, *qualifiers = path_ais
    rows = _QUALIFIERS[key]
    if qualifiers and not any(_keeps_order(qualifiers, row) for row in rows):
        raise ScanRefused(ScanError.MISPLACED_AI)
    if len({*path_ais, *query_ais}) < len(path_ais) + len(query_ais):
        raise ScanRefused(ScanError.DUPLICATE_AI)
    if any({*qualifiers, ai} <= set(row) for row in rows for ai in query_ais):
        raise ScanRefused(ScanError.MISPLACED_AI)


def _keeps_order(qualifiers: list[str], row: tuple[str, ...]) -> bool:
    return [ai for ai in row if ai in qualifiers] == qualifiers


def _checked(ai: str, value: str, *, tolerant: bool) -> tuple[str, str]:
    if ai == "01" and len(value) in GTIN_LENGTHS and len(value) < 14 and is_digits(value):
        if not tolerant:
            raise ScanRefused(ScanError.SHORT_GTIN)
        value = value.zfill(14)
    return checked_element(ai, value)
