"""What a page needs to know of the retailer beside the goods; bootstrap makes it from the settings."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from clienteling.domain.brand import NO_BRAND, Brand
from clienteling.i18n import Translator
from clienteling.shelf.limits import REQUESTS_A_MINUTE


@dataclass(frozen=True, slots=True)
class ShelfSite:
    """One retailer's shelf pages.

    base_url           where they answer for everybody, as labels have it: `https://toko.example`, without a last slash
    texts              by language
    icon               a PNG or SVG for the browser's tab, shown where the brand has no logo
    region             ISO 3166 code of the country whose returns are told
    requests_a_minute  from one address
    trusted_proxies    addresses and networks of proxies of ours, whose X-Forwarded-For and -Proto count
    links              further link types of the resolver: `registerProduct` to an address in which `{gtin}` is
                       replaced by 14 digits
    """

    base_url: str
    texts: Mapping[str, Translator]
    icon: Path
    brand: Brand = NO_BRAND
    region: str = "ID"
    requests_a_minute: int = REQUESTS_A_MINUTE
    trusted_proxies: tuple[str, ...] = ()
    links: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_https(self) -> bool:
        return self.base_url.startswith("https://")
