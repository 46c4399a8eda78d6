"""The retailer's shelf pages as the settings of a hub or of the central server have them."""

from clienteling.i18n import load_translators
from clienteling.settings import RetailerSettings, assets_dir, brand_of
from clienteling.shelf.site import ShelfSite


def shelf_site(settings: RetailerSettings, base_url: str) -> ShelfSite:
    """`base_url`: where they answer for everybody, without a last slash. Reads the brand's logo."""
    return ShelfSite(
        base_url=base_url,
        texts=load_translators(assets_dir() / "i18n"),
        icon=assets_dir() / "client" / "icon.svg",
        brand=brand_of(settings),
        region=settings.default_region,
        requests_a_minute=settings.shelf_requests_a_minute,
        trusted_proxies=tuple(settings.trusted_proxies),
        links=settings.shelf_links,
    )
