"""Find a customer: the look-up with an address, alone on a tablet and beside the customer on a desktop."""

import flet as ft

from clienteling.domain.views import LookupRow
from clienteling.ui.components.look_up import LookUpField, LookUpRows, use_look_up
from clienteling.ui.hooks import use_session, use_text
from clienteling.ui.kit import detail_text, screen
from clienteling.ui.theme import UNIT


@screen
def FindScreen(query: str, *, compact: bool = False, autofocus: bool = True) -> ft.Control:
    """The field and the rows. `compact`: a narrow column beside something else."""
    session = use_session()
    text = use_text().text
    look_up = use_look_up(query)

    def open_row(row: LookupRow) -> None:
        session.open_customer(row.customer_id, searched=look_up.text.strip())

    parts: list[ft.Control] = [LookUpField(look_up, open_row, autofocus=autofocus)]
    if look_up.text.strip():
        parts.append(LookUpRows(look_up, open_row, compact=compact))
    else:
        parts.append(ft.Container(detail_text(text("find.hint")), padding=ft.Padding.symmetric(horizontal=UNIT)))
    return ft.Column(controls=parts, spacing=2 * UNIT, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
