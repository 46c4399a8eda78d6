"""How a customer may be contacted, in words, beside what one would contact them about; and where not, why not."""

from collections.abc import Sequence

import flet as ft

from clienteling.domain.consent_rules import CHANNELS_OF, MARKETING, SERVICE, addresses_of, reach
from clienteling.domain.views import CustomerView
from clienteling.i18n import Formats
from clienteling.ui.hooks import use_formats
from clienteling.ui.kit import detail_text, identified, safe
from clienteling.ui.theme import Role


def channels_listed(channels: Sequence[str], formats: Formats) -> str:
    """`WhatsApp, SMS, dan surel`; "" for none."""
    return formats.listed([formats.translator.text_or(f"channel.{one}", "channel.other") for one in channels])


def not_by_words(channels: Sequence[str], formats: Formats) -> str:
    """`Jangan lewat telepon`; "" where every way will do."""
    return formats.translator.text("reach.not_by", channels=channels_listed(channels, formats)) if channels else ""


def by_words(channels: Sequence[str], formats: Formats) -> str:
    """`Setuju lewat WhatsApp`; "" where none is known."""
    return formats.translator.text("reach.by", channels=channels_listed(channels, formats)) if channels else ""


def reach_words(view: CustomerView, purpose: str, formats: Formats) -> str:
    """`Tawaran: lewat surel. Jangan lewat WhatsApp dan telepon. Belum ditanya: SMS.`

    Orders and appointments are what the customer asked for: about them one may contact who was never asked.
    """
    text = formats.translator.text
    addresses = addresses_of(phone=view.phone or view.phone_typed, email=view.email)
    if view.restricted:
        return f"{text(f'reach.about_{purpose}')}: {text('reach.restricted')}."
    ways = reach(view.consents, purpose, addresses=addresses, asked_for=True)
    unasked = [one for one in CHANNELS_OF[purpose] if one in addresses and one not in (*ways.by, *ways.not_by)]
    parts = [
        text("reach.may", channels=channels_listed(ways.by, formats)) if ways.by else text("reach.nothing"),
        not_by_words(ways.not_by, formats),
        text("reach.unasked", channels=channels_listed(unasked, formats)) if unasked else "",
    ]
    about = text(f"reach.about_{purpose}")
    return f"{about}: " + " ".join(f"{part}." for part in parts if part)


@safe
def WaysToReach(view: CustomerView) -> ft.Control:
    """For what is owed, and for offers, by which ways."""
    formats = use_formats()
    lines: list[ft.Control] = [
        detail_text(reach_words(view, purpose, formats), color=Role.TEXT) for purpose in (SERVICE, MARKETING)
    ]
    return identified("ways-to-reach", ft.Column(controls=lines, spacing=2, tight=True))
