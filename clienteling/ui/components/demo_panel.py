"""What a newcomer can try in the demo: a shelf code to scan, and the other store's view."""

import flet as ft

from clienteling.ui.hooks import use_session, use_text
from clienteling.ui.kit import body_text, button_style, card, detail_text, identified, overline, quiet_button, safe
from clienteling.ui.places import HelpPlace, ScanPlace
from clienteling.ui.session import Tried
from clienteling.ui.text_size import beside
from clienteling.ui.theme import GAP, RADIUS, UNIT
from clienteling.use_cases.answers import DemoHints

_LABEL_WIDTH = 168


@safe
def DemoPanel(hints: DemoHints) -> ft.Control:
    """The shelf label with a button that scans it, and the way to the other store."""
    session = use_session()
    text = use_text().text
    label = ft.Container(
        content=ft.Image(
            src=hints.label_picture,
            width=_LABEL_WIDTH,
            fit=ft.BoxFit.CONTAIN,
            semantics_label=text("demo.label_picture"),
            error_content=detail_text(hints.shelf_code),
        ),
        border_radius=RADIUS,
        clip_behavior=ft.ClipBehavior.ANTI_ALIAS,
    )
    words = ft.Column(
        controls=[
            overline(text("demo.title")),
            body_text(hints.product_name, strong=True),
            detail_text(text("demo.shelf_code")),
            ft.Row(
                controls=[
                    quiet_button(
                        text("demo.scan_label"),
                        lambda: session.go(ScanPlace(hints.shelf_code)),
                        icon=ft.Icons.QR_CODE_SCANNER,
                        identifier="demo-scan",
                    ),
                    OtherStoreButton(hints),
                    quiet_button(
                        text("help.tour_title"),
                        lambda: session.go(HelpPlace()),
                        icon=ft.Icons.CHECKLIST,
                        identifier="to-help",
                    ),
                ],
                wrap=True,
                spacing=UNIT,
                run_spacing=UNIT,
            ),
            detail_text(text("demo.other_store_more", store=hints.other_store_name)),
        ],
        spacing=UNIT,
        expand=True,
        tight=True,
    )
    return card(beside([label, words], spacing=GAP, vertical_alignment=ft.CrossAxisAlignment.START))


@safe
def OtherStoreButton(hints: DemoHints) -> ft.Control:
    """Opens the other store's view in a tab of its own."""
    session = use_session()
    text = use_text().text
    button = ft.OutlinedButton(
        content=text("demo.open_other_store", store=hints.other_store_name),
        icon=ft.Icons.OPEN_IN_NEW,
        action=ft.OpenUrl(hints.other_store_url, target=ft.UrlTarget.BLANK),
        on_click=lambda _: session.tried.add(Tried.OTHER_STORE),
        style=button_style(outlined=True),
    )
    return identified("other-store", button)
