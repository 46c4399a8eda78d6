"""The ways a code gets into the scan screen, and the last scans of this session to return to."""

from collections.abc import Callable

import flet as ft

from clienteling.ui.field_text import use_field_text
from clienteling.ui.hooks import ActionProblem, use_attached, use_formats, use_now, use_session, use_state, use_text
from clienteling.ui.kit import (
    Field,
    Press,
    body_text,
    button_style,
    detail_text,
    empty_state,
    identified,
    overline,
    pressable,
    primary_button,
    safe,
)
from clienteling.ui.scanner import PastScan
from clienteling.ui.session import SearchField
from clienteling.ui.text_size import beside, height_at_rest
from clienteling.ui.theme import GAP, TARGET, UNIT, Role


@safe
def CodeField(scan: Callable[[str], None]) -> ft.Control:
    """One field, with the focus; Enter or the button reads it, and it is empty again for the next code."""
    session = use_session()
    text = use_text().text
    typed = use_field_text()
    codes_read, set_codes_read = use_state(0)
    own: ft.MutableRef[SearchField] = ft.use_ref()

    def submit(code: str) -> None:
        typed.show("")
        scan(code)
        set_codes_read(lambda before: before + 1)

    def return_focus() -> None:
        if codes_read:  # Enter took it away, and the next code may come at once
            typed.focus()

    def clear() -> bool:
        had = bool(typed.text)
        typed.show("")
        return had

    def attach() -> None:
        own.current = session.search_field = SearchField(typed.focus, None, clear)

    def detach() -> None:
        if session.search_field is own.current:  # the next screen's field may have come before this one went
            session.search_field = SearchField()

    use_attached(attach, detach)
    ft.use_effect(return_focus, [codes_read])
    box = Field(text("scan.field"), typed, on_submit=submit, autofocus=True, icon=ft.Icons.QR_CODE_SCANNER)
    read = primary_button(text("scan.read"), lambda: submit(typed.text), identifier="scan-read")
    return ft.Row(
        controls=[ft.Container(identified("scan-field", box), expand=True), read],
        spacing=GAP,
        vertical_alignment=ft.CrossAxisAlignment.CENTER,
    )


@safe
def PictureButton(read: Callable[[bytes], None], busy: bool, problem: ActionProblem | None) -> ft.Control:
    """A picture from this device's files or camera. The browser opens the choice itself, within the press."""
    translator = use_text()
    text = translator.text
    latest: ft.MutableRef[Callable[[bytes], None]] = ft.use_ref()
    latest.current = read

    def chosen(event: ft.FilePickerResultEvent) -> None:
        picture = event.files[0].bytes if event.files else None
        if picture is not None and latest.current is not None:
            latest.current(picture)

    picker: ft.MutableRef[ft.FilePicker] = ft.use_ref(lambda: ft.FilePicker(on_result=chosen))
    assert picker.current is not None
    action = ft.PickFiles(
        picker.current,
        file_type=ft.FilePickerFileType.IMAGE,
        with_data=True,
        cancel_upload_on_window_blur=False,
    )
    button = ft.OutlinedButton(
        content=text("scan.picture"),
        icon=ft.Icons.IMAGE_OUTLINED,
        action=action,
        disabled=busy,
        style=button_style(outlined=True),
    )
    if problem is not None:
        words = problem.in_words(translator)
        said: ft.Control = identified("picture-problem", body_text(words, color=Role.REFUSED))
    else:
        said = detail_text(text("scan.reading_picture" if busy else "scan.hint"))
    return beside(
        [identified("scan-picture", button), ft.Container(said, expand=True)],
        spacing=GAP,
        vertical_alignment=ft.CrossAxisAlignment.CENTER,
    )


@safe
def PastScans(past: tuple[PastScan, ...]) -> ft.Control:
    """What this session's last scans led to, the newest first."""
    session = use_session()
    formats = use_formats()
    text = formats.translator.text
    now = use_now().replace(second=0, microsecond=0)

    def opener(scan: PastScan) -> Press:
        return lambda: session.go(scan.place)

    rows: list[ft.Control] = []
    for position, scan in enumerate(past):
        age = formats.age(scan.scanned_at, now=now)
        words = ft.Row(
            controls=[
                ft.Column(
                    controls=[body_text(scan.title, strong=True, lines=1), detail_text(scan.detail or age, lines=1)],
                    spacing=0,
                    tight=True,
                    expand=True,
                ),
                detail_text(age if scan.detail else ""),
            ],
            spacing=GAP,
            height=height_at_rest(TARGET),
        )
        label = ", ".join(part for part in (scan.title, scan.detail, age) if part)
        rows.append(pressable(words, opener(scan), label=label, identifier=f"past-scan-{position}", flat=True))
    if not rows:
        rows.append(empty_state(text("scan.none_yet"), identifier="no-past-scans"))
    content = ft.Column(
        controls=[overline(text("scan.past")), *rows],
        spacing=4,
        tight=True,
        horizontal_alignment=ft.CrossAxisAlignment.STRETCH,
    )
    return ft.Container(identified("past-scans", content), padding=ft.Padding.only(top=UNIT))
