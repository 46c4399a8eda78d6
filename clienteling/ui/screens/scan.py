"""Scan: a code comes in by hand, by a scanner that types or in a picture, and leads to a product or a customer.

What leads nowhere is shown as text with the reason; nothing a code says is ever opened. What comes in here stays out of
the address; a code that came with the address is followed at once, and the way back skips this screen.
"""

from typing import Final

import flet as ft

from clienteling.domain.errors import ValidationFailed
from clienteling.ui.components.camera import CameraPanel
from clienteling.ui.components.demo_panel import DemoPanel
from clienteling.ui.components.wedge import (
    ScanProblem,
    count_opened,
    opens_at_once,
    remember,
    resolve,
    use_scan,
    use_wedge,
)
from clienteling.ui.hooks import (
    Failed,
    Loading,
    Ready,
    use_action,
    use_query,
    use_session,
    use_state,
    use_text,
    use_wide,
)
from clienteling.ui.kit import keyed, problem_panel, safe, skeleton
from clienteling.ui.places import ScanPlace, path_of
from clienteling.ui.scanner import Resolved
from clienteling.ui.screens.scan_answers import CodesInPicture, ScanAnswerPanel
from clienteling.ui.screens.scan_asking import CodeField, PastScans, PictureButton
from clienteling.ui.theme import GAP, READING_WIDTH
from clienteling.use_cases.services import Services

_CODES_IN_PICTURE: Final = 10


@safe
def ScanScreen(code: str | None) -> ft.Control:
    """The field, what the last code led to, and the last scans. `code` comes with the address."""
    session = use_session()
    wide = use_wide()
    held: ft.MutableRef[Resolved | None] = ft.use_ref(session.scanner.take_held)
    shown, set_shown = use_state((held.current,) if held.current is not None else ())
    shows, set_shows = use_state(0)

    def show(found: tuple[Resolved, ...]) -> None:
        set_shown(found)
        set_shows(lambda before: before + 1)
        if code is not None and len(found) == 1:  # the address speaks of another code
            session.scanner.held = found[0]
            session.go_instead(ScanPlace())

    def follow(found: tuple[Resolved, ...]) -> None:
        place = found[0].place
        if len(found) == 1 and place is not None and opens_at_once(found[0]):
            remember(session, found[0])
            count_opened(session, found[0])
            session.go(place)
        else:
            show(found)

    scan = use_scan(lambda resolved: show((resolved,)))
    picture = use_action(lambda picture: codes_in(picture, session.services), done=follow)

    in_view = use_action(lambda texts: led_to(texts, session.services), done=follow)

    def seen(texts: tuple[str, ...]) -> None:
        if len(texts) == 1:
            scan.run(texts[0])
        else:
            in_view.run(texts)

    use_wedge(scan.run)
    parts: list[ft.Control] = [
        CodeField(scan.run),
        CameraPanel(seen),
        PictureButton(picture.run, picture.busy, picture.problem),
    ]
    problem = scan.problem or in_view.problem
    if problem is not None:
        parts.append(ScanProblem(problem))
    if len(shown) > 1:
        parts.append(keyed(f"answers-{shows}", CodesInPicture, shown))
    elif shown:
        parts.append(keyed(f"answer-{shows}", ScanAnswerPanel, shown[0]))  # no search for the code before stands below
    elif code is not None:
        parts.append(CodeOfAddress(code))
    parts.append(PastScans(session.scanner.past))
    if session.services.demo is not None and not shown and code is None:
        parts.append(DemoPanel(session.services.demo))
    content = ft.Column(controls=parts, spacing=GAP, tight=True, horizontal_alignment=ft.CrossAxisAlignment.STRETCH)
    return ft.Row(controls=[ft.Container(content, width=READING_WIDTH)]) if wide else content


def codes_in(picture: bytes, services: Services) -> tuple[Resolved, ...]:
    """What the codes in a picture lead to, those that lead somewhere first.

    Blocks: decoding takes some ten milliseconds. Raises ValidationFailed where there is none, or no picture.
    """
    texts = services.decode_picture(picture)
    if not texts:
        raise ValidationFailed("picture", "scan.no_code_in_picture")
    return led_to(texts, services)


def led_to(texts: tuple[str, ...], services: Services) -> tuple[Resolved, ...]:
    """What the codes seen together lead to, those that lead somewhere first, each place once.

    A label often carries the same product twice, as a QR code and as bars.
    """
    resolved = (resolve(services, text) for text in texts[:_CODES_IN_PICTURE])
    found = sorted(resolved, key=lambda one: (one.place is None, not opens_at_once(one)))
    by_place = {one.place or one.answer.code.input: one for one in reversed(found)}
    return tuple(one for one in found if by_place[one.place or one.answer.code.input] is one)


@safe
def CodeOfAddress(code: str) -> ft.Control:
    """Follows the code at once; shows what it led to where one came back from there, or where it leads nowhere."""
    session = use_session()
    translator = use_text()
    found = use_query(lambda: resolve(session.services, code), code)
    left: ft.MutableRef[bool] = ft.use_ref(False)
    resolved = found.value if isinstance(found, Ready) else None
    place = resolved.place if resolved is not None and opens_at_once(resolved) else None

    def follow() -> None:
        came_back = place is not None and session.navigation.way_back == path_of(place)
        if resolved is None or place is None or left.current or came_back:
            return
        left.current = True
        remember(session, resolved)
        count_opened(session, resolved)
        session.go_instead(place)

    ft.use_effect(follow, [place])
    match found:
        case Loading(slow):
            return skeleton(4, label=translator.text("app.loading")) if slow else ft.Container()
        case Failed(problem):
            return problem_panel(
                translator.text_or(problem, "error.unexpected"), what_to_do=translator.text("product.failed")
            )
        case Ready(answer):
            return ScanAnswerPanel(answer)
