"""One quiet sentence about sync: what is saved, what waits, since when there has been no network."""

from datetime import datetime
from enum import StrEnum

import flet as ft

from clienteling.domain.sync_status import Connection, SyncStatus
from clienteling.i18n import Formats
from clienteling.ui.hooks import use_formats, use_now, use_session, use_signal
from clienteling.ui.kit import safe
from clienteling.ui.text_size import scaled
from clienteling.ui.theme import SIZE_DETAIL, Role


class Tone(StrEnum):
    QUIET = "quiet"
    WAITING = "waiting"
    REFUSED = "refused"


_TONE_ROLES = {Tone.QUIET: Role.QUIET, Tone.WAITING: Role.WAITING, Tone.REFUSED: Role.REFUSED}


def status_sentence(status: SyncStatus, formats: Formats, *, now: datetime) -> tuple[str, Tone]:
    """The sentence for a status and how urgent it is. A poll that finds nothing new does not show."""
    text = formats.translator.text
    offline = status.connection is Connection.OFFLINE
    if status.pretend_offline or (offline and not status.problem):
        return _offline_sentence(status, formats, now=now), Tone.WAITING
    if status.problem or status.connection is Connection.REFUSED:
        what = formats.translator.text_or(status.problem or "status.refused", "status.problem")
        # Where the server cannot answer now, the device tries again by itself; all else needs a person.
        return f"{what} {_unsynced(status, formats, now=now)}", Tone.WAITING if offline else Tone.REFUSED
    if status.last_synced_at is None:
        return text("status.first_sync" if status.syncing else "status.connecting"), Tone.QUIET
    if status.waiting and status.syncing:
        return text("status.syncing"), Tone.QUIET
    if status.waiting:
        return text("status.waiting", count=status.waiting), Tone.WAITING
    moment = formats.moment(status.last_synced_at, now=now)
    if status.connection is Connection.UNKNOWN:
        return text("status.last_synced", moment=moment), Tone.QUIET
    return text("status.saved", moment=moment), Tone.QUIET


def _offline_sentence(status: SyncStatus, formats: Formats, *, now: datetime) -> str:
    text = formats.translator.text
    if status.last_synced_at is None or status.unsynced_before_offline:
        return f"{text('status.offline')} {_unsynced(status, formats, now=now)}"
    moment = formats.moment(status.offline_since or status.last_synced_at, now=now)
    if status.waiting:
        return text("status.offline_waiting", moment=moment, count=status.waiting)
    return text("status.offline_since", moment=moment)


def _unsynced(status: SyncStatus, formats: Formats, *, now: datetime) -> str:
    """Since when nothing has been synced, and how many wait."""
    text = formats.translator.text
    if status.last_synced_at is None:
        return (
            text("status.never_synced_waiting", count=status.waiting) if status.waiting else text("status.never_synced")
        )
    moment = formats.moment(status.last_synced_at, now=now)
    if status.waiting:
        return text("status.unsynced_since_waiting", moment=moment, count=status.waiting)
    return text("status.unsynced_since", moment=moment)


@safe
def StatusLine() -> ft.Control:
    """The sentence, read aloud by a screen reader when it changes."""
    session = use_session()
    status = use_signal(session.services.status)
    formats = use_formats()
    words, tone = status_sentence(status, formats, now=use_now())
    line = ft.Text(
        words,
        size=scaled(SIZE_DETAIL),
        color=_TONE_ROLES[tone],
        weight=ft.FontWeight.W_400 if tone is Tone.QUIET else ft.FontWeight.W_600,
    )
    return ft.Semantics(identifier="status", live_region=True, container=True, content=line)
