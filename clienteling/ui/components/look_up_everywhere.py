"""The way from a look-up on this device to the customers of all stores, for a whole phone, e-mail or card number."""

from collections.abc import Callable
from typing import Final, assert_never

import flet as ft

from clienteling.domain.access import Access
from clienteling.domain.online_look_up import OnlineLookUp, OnlineStage
from clienteling.domain.signals import Signal
from clienteling.domain.views import LookupRow
from clienteling.i18n import Translator
from clienteling.ui.hooks import use_action, use_preferences, use_session, use_signal, use_state, use_text
from clienteling.ui.kit import detail_text, identified, quiet_button, safe
from clienteling.ui.theme import UNIT

_MOST_ROWS: Final = 20


@safe
def LookUpEverywhere(text: str, open_row: Callable[[LookupRow], None]) -> ft.Control:
    """A quiet button, then how the look-up stands; the only customer found is opened once they are on this device."""
    session = use_session()
    preferences = use_preferences()
    translator = use_text()
    asked, set_asked = use_state(Signal(OnlineLookUp(OnlineStage.NOT_ASKED)))
    stands = use_signal(asked)

    def ask() -> Signal[OnlineLookUp]:
        assert session.services.look_up_everywhere is not None
        return session.services.look_up_everywhere(text)

    def rows_of(customer_ids: tuple[str, ...]) -> tuple[LookupRow, ...]:
        rows = session.services.look_up(text, _MOST_ROWS).rows
        return tuple(row for row in rows if row.customer_id in customer_ids)

    def note(found: int) -> None:
        session.services.note_access(Access.LOOKED_UP, author_id=preferences.associate_id, found=found, online=1)

    def open_only(rows: tuple[LookupRow, ...]) -> None:
        if len(rows) == 1:
            open_row(rows[0])

    asking = use_action(ask, done=set_asked)
    opening = use_action(rows_of, done=open_only)
    noting = use_action(note)

    def arrive() -> None:
        if stands.stage in (OnlineStage.FOUND, OnlineStage.NOBODY):
            noting.run(len(stands.customer_ids))
        if stands.stage is OnlineStage.FOUND:
            opening.run(stands.customer_ids)

    ft.use_effect(arrive, [stands])
    waiting = asking.busy or stands.stage is OnlineStage.ASKING
    parts: list[ft.Control] = []
    words = _words(stands, translator)
    if words:
        parts.append(ft.Semantics(live_region=True, content=detail_text(words)))
    if stands.stage is not OnlineStage.FOUND:
        parts.append(
            quiet_button(
                translator.text("find.everywhere"),
                asking.run,
                icon=ft.Icons.TRAVEL_EXPLORE,
                disabled=waiting,
                identifier="search-everywhere",
            )
        )
    content = ft.Column(controls=parts, spacing=UNIT, tight=True)
    return identified("everywhere", ft.Container(content, padding=ft.Padding.symmetric(vertical=UNIT)))


def _words(stands: OnlineLookUp, translator: Translator) -> str:
    match stands.stage:
        case OnlineStage.NOT_ASKED:
            return ""
        case OnlineStage.ASKING | OnlineStage.FOUND | OnlineStage.NOBODY | OnlineStage.NO_NETWORK:
            return translator.text(f"find.everywhere_{stands.stage}")
        case OnlineStage.LIMITED:
            return translator.text("find.everywhere_limited", count=stands.wait_minutes)
        case OnlineStage.FAILED:
            return translator.text_or(stands.code, "error.unexpected")
        case _:
            assert_never(stands.stage)
