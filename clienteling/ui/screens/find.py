"""Find a customer: the look-up with an address, alone on a tablet and beside the customer on a desktop."""

import flet as ft

from clienteling.domain.views import LookupRow
from clienteling.ui.components.look_up import LookUpField, LookUpRows, use_look_up
from clienteling.ui.hooks import use_session, use_text
from clienteling.ui.kit import detail_text, safe
from clienteling.ui.places import FindPlace
from clienteling.ui.theme import UNIT


@safe
def FindScreen(query: str | None, *, compact: bool = False, autofocus: bool = True) -> ft.Control:
    """The field and the rows, which follow the address, and an emptied field takes its query out of it.

    `query` None: something else stands at the address. `compact`: a narrow column beside that.
    """
    session = use_session()
    text = use_text().text
    look_up = use_look_up(session.navigation.searched or query or "")
    followed: ft.MutableRef[str] = ft.use_ref(query or "")
    begins_empty: ft.MutableRef[bool] = ft.use_ref(autofocus and not look_up.text)  # whoever comes here wants to type
    emptied = not look_up.text.strip()

    def follow() -> None:
        if query is None:
            return
        if query not in (followed.current, look_up.text):
            look_up.typed.show(query)
        followed.current = query

    def forget() -> None:
        if emptied and query and session.navigation.place == FindPlace(query):
            followed.current = ""  # what is typed until the new address arrives stays
            session.go_instead(FindPlace())

    ft.use_effect(follow, [query])
    ft.use_effect(forget, [emptied])

    def open_row(row: LookupRow) -> None:
        session.open_customer(row.customer_id, searched=look_up.text.strip())

    field = LookUpField(look_up, open_row, autofocus=autofocus, takes_focus=bool(begins_empty.current))
    parts: list[ft.Control] = [field]
    if look_up.text.strip():
        parts.append(LookUpRows(look_up, open_row, compact=compact))
    else:
        parts.append(ft.Container(detail_text(text("find.hint")), padding=ft.Padding.symmetric(horizontal=UNIT)))
    return ft.Column(controls=parts, spacing=2 * UNIT, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
