"""The product's pictures: one large, the others to choose from below it."""

import flet as ft

from clienteling.domain.views import ProductView, VariantView
from clienteling.i18n import as_shown
from clienteling.ui.components.wishlist import product_picture
from clienteling.ui.hooks import use_session, use_state, use_text
from clienteling.ui.kit import Press, identified, safe, spoken
from clienteling.ui.theme import RADIUS, TARGET, UNIT, Role

MOST: int = 8


def pictures_of(view: ProductView, variant: VariantView | None) -> tuple[str, ...]:
    """The variant's own picture first, each once."""
    own = (variant.picture,) if variant is not None and variant.picture else ()
    return tuple(dict.fromkeys((*own, *view.pictures)))[:MOST]


@safe
def ProductPictures(view: ProductView, variant: VariantView | None, size: int) -> ft.Control:
    """A quiet sign where there is no picture."""
    session = use_session()
    text = use_text().text
    chosen, set_chosen = use_state(0)
    addresses = [session.services.picture_address(one) for one in pictures_of(view, variant)]
    shown = min(chosen, len(addresses) - 1)
    large = product_picture(addresses[shown] if addresses else "", size=size)
    label = text("product.picture", name=view.name) if addresses else text("product.no_picture")
    parts: list[ft.Control] = [
        ft.Semantics(content=large, label=as_shown(label), image=True, container=True, exclude_semantics=True)
    ]
    if len(addresses) > 1:

        def chooser(position: int) -> Press:
            return lambda: set_chosen(position)

        small = [
            _small(
                address,
                chooser(position),
                chosen=position == shown,
                label=text("product.picture_number", number=position + 1),
            )
            for position, address in enumerate(addresses)
        ]
        parts.append(ft.Row(controls=small, wrap=True, spacing=UNIT, run_spacing=UNIT, width=size))
    return identified("pictures", ft.Column(controls=parts, spacing=UNIT, tight=True, width=size))


def _small(address: str, press: Press, *, chosen: bool, label: str) -> ft.Control:
    surface = ft.Container(
        product_picture(address, size=TARGET + UNIT),
        border=ft.Border.all(2, Role.ACTION if chosen else Role.PAGE),
        border_radius=RADIUS + 2,
        on_click=lambda _: press(),
    )
    return spoken(surface, label=label, selected=chosen)
