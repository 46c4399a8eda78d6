"""The first screenful about a customer: who it is, what to say first, the few facts, and what not to do."""

from datetime import date, datetime
from typing import Final, assert_never

import flet as ft

from clienteling.domain.consent_rules import is_never_called
from clienteling.domain.emails import masked_email
from clienteling.domain.naming import person_name
from clienteling.domain.phones import last_digits
from clienteling.domain.views import CustomerView, PreferenceView, SayFirst, SayFirstKind, VoucherView
from clienteling.i18n import Formats
from clienteling.ui.components.consent import prohibitions
from clienteling.ui.components.contact_form import SIZE_KEYS
from clienteling.ui.components.masked_contact import Email, Phone
from clienteling.ui.components.timeline import channel_words, line_words
from clienteling.ui.hooks import use_formats, use_preferences
from clienteling.ui.kit import body_text, card, chip, detail_text, identified, keyed, name_text, overline, safe
from clienteling.ui.text_size import beside, is_large, scaled
from clienteling.ui.theme import GAP, RADIUS, SIZE_DETAIL, UNIT, Role

BIRTHDAY_SOON_DAYS: Final = 14
_OLD_POINTS_DAYS: Final = 2


def standing_words(view: CustomerView, formats: Formats, *, today: date) -> str:
    """`Emas · 2.340 poin`, with the day of the points where they are not fresh."""
    text = formats.translator.text
    parts = [view.tier]
    if view.points is not None:
        points = text("customer.points", count=view.points)
        as_of = view.points_as_of
        if as_of is not None and (today - formats.date_of(as_of)).days >= _OLD_POINTS_DAYS:
            points = text("customer.points_as_of", points=points, when=formats.day(as_of, today=today))
        parts.append(points)
    return " · ".join(part for part in parts if part)


def birthday_soon(view: CustomerView, formats: Formats, *, today: date) -> str:
    """`Ulang tahun 4 Desember` within the coming two weeks, else ""."""
    if view.birthday is None:
        return ""
    for year in (today.year, today.year + 1):
        try:
            day = view.birthday.replace(year=year)
        except ValueError:  # 29 February
            day = date(year, 3, 1)
        if 0 <= (day - today).days <= BIRTHDAY_SOON_DAYS:
            return formats.translator.text("customer.birthday", day=formats.birthday(view.birthday))
    return ""


def name_line(view: CustomerView, ends: list[ft.Control]) -> ft.Control:
    """Who it is, as the largest words of the screen. `ends`: what stands at the right of the name."""
    return beside(
        [ft.Container(name_text(person_name(view), identifier="customer-name"), expand=True), *ends],
        spacing=GAP,
        vertical_alignment=ft.CrossAxisAlignment.CENTER,
    )


@safe
def StandingRow(view: CustomerView, now: datetime, *, turned: bool = False) -> ft.Control:
    """Tier and points, phone and e-mail, home store, a birthday that is near. `turned`: to the customer."""
    formats = use_formats()
    text = formats.translator.text
    today = formats.date_of(now)
    opened = f"{view.id}:{use_preferences().resumed}"  # a tablet that wakes has them masked again
    facts: list[ft.Control] = []
    standing = standing_words(view, formats, today=today)
    if standing:
        facts.append(identified("standing", body_text(standing, strong=True)))
    phone = view.phone or view.phone_typed
    if last_digits(phone):
        facts.append(keyed(f"phone:{opened}", Phone, view, phone, turned=turned))
    else:
        facts.append(detail_text(text("customer.no_phone")))
    if masked_email(view.email):
        facts.append(keyed(f"email:{opened}", Email, view, turned=turned))
    since = text("customer.since", year=f"{formats.date_of(view.since_at).year}") if view.since_at else ""
    about = " · ".join(part for part in (view.home_store or view.city, since) if part)
    if about:
        facts.append(detail_text(about))
    birthday = birthday_soon(view, formats, today=today)
    if birthday:
        facts.append(chip(birthday, role=Role.CHOSEN, color=Role.ON_CHOSEN))
    return ft.Row(
        controls=facts,
        wrap=True,
        spacing=GAP,
        run_spacing=0,
        vertical_alignment=ft.CrossAxisAlignment.CENTER,
    )


def say_first_words(said: SayFirst, formats: Formats, *, now: datetime) -> str:
    """The sentence to begin with."""
    text = formats.translator.text
    match said.kind:
        case SayFirstKind.PICKUP_READY:
            words = text("say_first.pickup_ready", item=said.item, number=said.order_number)
            if said.since_at:
                today = formats.date_of(now)
                same_day = formats.date_of(said.since_at) == today
                since = formats.time(said.since_at) if same_day else formats.near_day(said.since_at, today=today)
                words = text("say_first.since", words=words, when=since)
            if said.also_item:
                also = text("say_first.also", item=said.also_item, count=said.also_available)
                words = f"{words}. {also}"
        case SayFirstKind.OPEN_COMPLAINT:
            words = text("say_first.open_complaint", subject=said.subject)
        case SayFirstKind.WISHLIST_HERE:
            words = text("say_first.wishlist_here", item=said.item, count=said.available)
        case _:
            assert_never(said.kind)
    return words if words.endswith((".", "!", "?")) else f"{words}."


@safe
def SayFirstLine(said: SayFirst, now: datetime) -> ft.Control:
    """The one thing to do: on the accent's surface."""
    formats = use_formats()
    heading = ft.Text(
        formats.translator.text("say_first.title"),
        size=scaled(SIZE_DETAIL),
        weight=ft.FontWeight.W_700,
        color=Role.ACTION,
    )
    words = body_text(say_first_words(said, formats, now=now), color=Role.ON_CHOSEN)
    words.weight = ft.FontWeight.W_500
    inside = ft.Column(controls=[heading, words], spacing=4, tight=True)
    return identified("say-first", card(inside, role=Role.CHOSEN))


def size_words(view: CustomerView, formats: Formats) -> str:
    """`atasan M · sepatu 38`."""
    translator = formats.translator
    return " · ".join(
        translator.text_or(
            f"size.{one.key.removeprefix('size_')}",
            "size.other",
            kind=one.key.removeprefix("size_").replace("_", " "),
            value=one.value,
        )
        for one in sorted(view.sizes, key=_size_place)
    )


def _size_place(one: PreferenceView) -> tuple[int, str]:
    return (SIZE_KEYS.index(one.key) if one.key in SIZE_KEYS else len(SIZE_KEYS), one.key)


def voucher_words(voucher: VoucherView, formats: Formats, *, today: date) -> str:
    """`Rp100.000 s.d. 30 Nov · EMAS-SITI-4471`."""
    until = formats.near_day(voucher.expires_at, today=today)
    return formats.translator.text("voucher.until", value=formats.money(voucher.value), when=until)


@safe
def Facts(view: CustomerView, now: datetime, *, discreet: bool = False) -> ft.Control:
    """Sizes, last purchase and vouchers: in a row, and in a column where they stand beside the tabs.

    `discreet`: without what was spent; then there are no tabs.
    """
    formats = use_formats()
    text = formats.translator.text
    today = formats.date_of(now)
    cells = [
        _fact(text("customer.sizes"), [size_words(view, formats) or text("customer.no_sizes")]),
        _fact(text("customer.last_purchase"), _last_purchase(view, formats, today=today, discreet=discreet)),
        _fact(
            text("customer.vouchers"),
            [
                line
                for one in view.vouchers[:3]
                for line in (voucher_words(one, formats, today=today), _voucher_name(one, formats))
            ]
            or [text("customer.no_vouchers")],
        ),
    ]
    for cell in cells:
        cell.col = 12 if is_large() else {"xs": 12, "md": 4, "xxl": 4 if discreet else 12}
    grid = ft.ResponsiveRow(controls=cells, spacing=GAP, run_spacing=GAP)
    return identified("facts", card(grid))


def _voucher_name(voucher: VoucherView, formats: Formats) -> str:
    name = formats.in_language(voucher.name, voucher.name_en)
    return " · ".join(part for part in (name, voucher.code) if part)


def _last_purchase(view: CustomerView, formats: Formats, *, today: date, discreet: bool) -> list[str]:
    order = view.last_purchase
    if order is None:
        return [formats.translator.text("customer.no_purchase")]
    parts = [formats.day(order.placed_at, today=today), channel_words(order, formats)]
    if not discreet:
        parts.append(formats.money(order.total))
    return [", ".join(part for part in parts if part), line_words(order.lines[:2])]


def _fact(label: str, lines: list[str]) -> ft.Control:
    """The first line plain, what follows as detail."""
    shown: list[ft.Control] = [detail_text(label)]
    for position, line in enumerate(lines):
        shown.append(body_text(line) if position % 2 == 0 else detail_text(line, lines=2))
    return ft.Column(controls=shown, spacing=2, tight=True)


@safe
def RestrictedBanner() -> ft.Control:
    """That nothing known of this customer may be used, because they asked for that."""
    text = use_formats().translator.text
    words = ft.Column(
        controls=[
            body_text(text("customer.restricted"), strong=True, color=Role.ON_REFUSED),
            body_text(text("customer.restricted_more"), color=Role.ON_REFUSED),
        ],
        spacing=2,
        tight=True,
    )
    return identified("restricted", card(words, role=Role.REFUSED_SURFACE))


@safe
def Prohibitions(view: CustomerView) -> ft.Control:
    """What this customer asked us not to do; nothing where they did not."""
    formats = use_formats()
    words = prohibitions(view.do_not, formats, never_called=is_never_called(view.consents))
    if not words:
        return ft.Container()
    line = beside(
        [
            ft.Text(
                formats.translator.text("do_not.title"),
                size=scaled(SIZE_DETAIL),
                weight=ft.FontWeight.W_700,
                color=Role.ON_REFUSED,
            ),
            ft.Container(body_text(words, color=Role.ON_REFUSED), expand=True),
        ],
        spacing=GAP,
        vertical_alignment=ft.CrossAxisAlignment.CENTER,
    )
    surface = ft.Container(
        line,
        bgcolor=Role.REFUSED_SURFACE,
        border_radius=RADIUS,
        padding=ft.Padding.symmetric(horizontal=GAP, vertical=UNIT + 2),
    )
    return identified("do-not", surface)


def group(heading: str, content: ft.Control) -> ft.Control:
    """A part below a small heading."""
    return ft.Column(
        controls=[overline(heading), content],
        spacing=UNIT,
        tight=True,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )
