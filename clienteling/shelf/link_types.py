"""The page's address as a GS1-conformant resolver answers it: link types, the linkset, the description file.

The address itself is the default link, so that a phone gets the page without a redirect. Another link type is a part of
the page, the product's video, or an address that the retailer set for it.
Source: GS1-Conformant Resolver 1.2; RFC 9264 (linkset); link types of the GS1 Web Vocabulary 1.16.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

import orjson

from clienteling.domain.views import ProductView
from clienteling.i18n import LOCALES
from clienteling.shelf.asked import taken
from clienteling.shelf.site import ShelfSite
from clienteling.shelf.source import ShelfProduct

LINKSET_TYPE: Final = "application/linkset+json"
VOCABULARY: Final = "https://ref.gs1.org/voc/"
CONTEXT: Final = "https://ref.gs1.org/standards/resolver/linkset-context"
_PREFIXES: Final = ("gs1:", VOCABULARY, "https://gs1.org/voc/", "https://www.gs1.org/voc/")
_WHOLE_SET: Final = frozenset({"linkset", "all"})
_DEFAULT: Final = frozenset({"defaultLink", "pip"})
_HTML: Final = "text/html"


@dataclass(frozen=True, slots=True)
class Link:
    """`href`: of this host where it begins with a slash."""

    name: str
    href: str
    title: str
    is_page: bool = True


def asked_link_type(query: Sequence[tuple[str, str]]) -> str | None:
    """The link type asked for, without a prefix we know; None where none is asked for.

    The standard writes `linkType`, the community's resolver `linktype`.
    """
    asked = next((value for name, value in query if name.lower() == "linktype"), None)
    if asked is None:
        return None
    prefix = next((one for one in _PREFIXES if asked.startswith(one)), "")
    return asked.removeprefix(prefix)


def is_whole_set(link_type: str | None, accept: str) -> bool:
    """Whether the linkset is asked for, by link type or by media type; then nothing is redirected."""
    return link_type in _WHOLE_SET or (link_type is None and LINKSET_TYPE in taken(accept))


def links_of(found: ShelfProduct, path: str, gtin14: str, site: ShelfSite) -> dict[str, Link]:
    """Every link there is for the product, by the name of its link type; `pip` is the page itself."""
    product = found.product
    links = [Link("pip", path, product.name)]
    if product.rating.count:
        links.append(Link("review", f"{path}#reviews", product.name))
    promotion = next((one for one in product.promotions if one.holds_here), None)
    if promotion is not None:
        links.append(Link("promotion", f"{path}#promotion", promotion.name))
    if _is_web_address(product.video_url):
        links.append(Link("relatedVideo", product.video_url, product.name, is_page=False))
    for name, address in site.links.items():
        links.append(Link(name, address.replace("{gtin}", gtin14), product.name, is_page=False))
    return {one.name: one for one in links}


def _is_web_address(address: str) -> bool:
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and address.isascii() and address.isprintable()


def target_of(link_type: str, links: Mapping[str, Link], query: Sequence[tuple[str, str]]) -> str | None:
    """Where a request for this link type is sent; None where there is no such link.

    What else the query says goes on to a page of ours, and to nobody else.
    """
    link = links.get("pip" if link_type in _DEFAULT else link_type)
    if link is None:
        return None
    if not link.href.startswith("/"):
        return link.href
    rest = [(name, value) for name, value in query if name.lower() != "linktype"]
    path, mark, fragment = link.href.partition("#")
    return f"{path}{'?' + urlencode(rest) if rest else ''}{mark}{fragment}"


def linkset(product: ProductView, path: str, links: Mapping[str, Link], site: ShelfSite) -> bytes:
    """RFC 9264, as JSON."""
    anchor = f"{site.base_url}{path}"
    told: dict[str, Any] = {
        "anchor": anchor,
        "itemDescription": product.name,
        f"{VOCABULARY}defaultLink": [{"href": anchor, "title": product.name}],
    }
    for link in links.values():
        href = f"{site.base_url}{link.href}" if link.href.startswith("/") else link.href
        target: dict[str, Any] = {"href": href, "title": link.title}
        if link.is_page:
            target |= {"type": _HTML, "hreflang": list(LOCALES)}
        told[f"{VOCABULARY}{link.name}"] = [target]
    return orjson.dumps({"linkset": [told]})


def link_header(path: str, site: ShelfSite) -> str:
    """Where the linkset is, for every answer about a product (RFC 8288)."""
    anchor = f"{site.base_url}{path}"
    return (
        f'<{anchor}?linkType=linkset>; rel="linkset"; type="{LINKSET_TYPE}",'
        f' <{CONTEXT}>; rel="http://www.w3.org/ns/json-ld#context"; type="application/ld+json"'
    )


def description(site: ShelfSite) -> bytes:
    """The resolver description file of `/.well-known/gs1resolver`."""
    told: dict[str, Any] = {
        "resolverRoot": site.base_url,
        "supportedPrimaryKeys": ["01"],
        "linkTypeDefaultCanBeLinkset": False,
        "supportedLinkType": [{"namespace": VOCABULARY, "prefix": "gs1:"}],
    }
    if site.brand.name:
        told["name"] = site.brand.name
    return orjson.dumps(told)
