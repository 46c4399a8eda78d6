"""Locking a session: nobody is signed in, nothing of a customer is on screen, and what was typed waits for its author.

Drafts are kept by associate (`draft_key`), so that whoever signs in next sees their own and no other's.
"""

import asyncio
import contextvars
import logging
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

import flet as ft

from clienteling.domain.errors import ClientelingError
from clienteling.domain.sync_status import SyncStatus
from clienteling.domain.views import AssociateView
from clienteling.ui.hooks import (
    Failed,
    Loading,
    Query,
    Ready,
    nothing_to_clean,
    use_held,
    use_preferences,
    use_query,
    use_session,
)
from clienteling.ui.places import TodayPlace
from clienteling.ui.session import UiSession
from clienteling.use_cases.sign_in import NOBODY, SignInServices

log = logging.getLogger(__name__)


def lock(session: UiSession) -> None:
    """Nothing; the screen asks who is there. Whoever comes back finds the place they left."""
    session.left_by = session.preferences.associate_id or session.left_by
    session.preferences.associate_id = None
    leave_later(session)


def leave_later(session: UiSession) -> None:
    """Nothing; whoever was in by a PIN leaves in a thread: the page runs nothing while its tab is away, or closed."""
    threading.Thread(target=_leaving(session), name="leave", daemon=True).start()


def _leaving(session: UiSession) -> Callable[[], None]:
    """What notes that they have left, has their key forgotten, and closes the device behind the last."""
    left_by, services, front = session.inside, session.open_services, session.front
    session.inside, visitor = None, session.leave_as()

    def leave() -> None:
        if services is not None and services.sign_in is not None and left_by is not None:
            with suppress(ClientelingError):  # who left has left, whether or not the log has room for it
                services.sign_in.sign_out(left_by)
        if front is not None:
            front.leave(visitor)

    return leave


def come_in(session: UiSession, associate_id: str) -> None:
    """Nothing; the associate works here from now on: where they were, or on Today where somebody else was."""
    if session.left_by not in (None, associate_id):
        session.navigation.start_over()
        session.go(TodayPlace())
    session.left_by = None
    session.touched_at = session.came_in_at = session.now()
    session.preferences.associate_id = session.inside = associate_id


def use_pin_holders() -> frozenset[str] | None:
    """Ids of the associates who have a PIN on this device, none where PINs are not in force; None until it is known.

    Where that cannot be read, nobody comes in: it says that somebody has one, and not who.
    """
    services = use_session().services.sign_in
    found = use_query(services.holders if services is not None else frozenset[str])
    match found:
        case Ready(holders):
            return holders
        case Failed():
            return frozenset({NOBODY})
        case Loading():
            return None


def use_leaver_lock(associates: Query[tuple[AssociateView, ...]]) -> None:
    """Nothing; the session locks itself once the store's list, as it is read, no longer has who works here."""
    session = use_session()
    preferences = use_preferences()
    listed: ft.MutableRef[str | None] = ft.use_ref(None)

    def look() -> None:
        here = preferences.associate_id
        known = {one.id for one in associates.value} if isinstance(associates, Ready) else set()
        if here in known:
            listed.current = here
        elif known and here is not None and here == listed.current:
            lock(session)

    ft.use_effect(look, [associates, preferences.associate_id])


def use_key_lock() -> None:
    """Nothing; the session locks itself once the server has said that it takes nothing of who works here: somebody
    else on this device has a key, and they have none, or theirs was ended."""
    session = use_session()
    associate_id, services = use_preferences().associate_id, session.services.sign_in

    async def look() -> None:
        if services is None or associate_id is None or await _may_stay(services, associate_id):
            return
        if session.preferences.associate_id == associate_id:
            lock(session)

    def follow() -> Callable[[], None]:
        loop = asyncio.get_running_loop()
        here = contextvars.copy_context()  # Flet finds the session by a context variable, which other threads lack
        heard: datetime | None = session.services.status.value.last_synced_at
        looking: set[asyncio.Task[None]] = set()

        def begin() -> None:  # not by the page, which runs nothing while its tab is away
            task = loop.create_task(look())
            looking.add(task)
            task.add_done_callback(looking.discard)

        def hear(status: SyncStatus) -> None:
            nonlocal heard
            if status.last_synced_at != heard:
                heard = status.last_synced_at
                loop.call_soon_threadsafe(begin, context=here)

        return session.services.status.subscribe(hear)

    use_held(follow, associate_id)


async def _may_stay(services: SignInServices, associate_id: str) -> bool:
    """Whether they may go on; where that cannot be told now, it is asked again later."""
    try:
        return await asyncio.to_thread(services.may_stay, associate_id)
    except Exception:  # a keyring that is locked, a file that is held: the lock has to go on whatever it is
        log.exception("who is in could not be checked")
        return True


def use_idle_lock() -> None:
    """Nothing; the session locks itself after so long without a touch, and after a day's work whatever is touched,
    where associates have PINs."""
    session = use_session()
    preferences = use_preferences()
    services = session.services.sign_in

    async def watch() -> None:
        if services is None or preferences.associate_id is None or not await asyncio.to_thread(services.holders):
            return
        while True:
            # A clock that was set back has not been touched either.
            idle_s = abs((session.now() - session.touched_at).total_seconds())
            in_s = abs((session.now() - session.came_in_at).total_seconds())
            left_s = min(services.idle_s - idle_s, services.most_s - in_s)
            if left_s <= 0 or not await _may_stay(services, preferences.associate_id):
                lock(session)
                return
            await session.sleep(left_s)

    ft.use_effect(watch, [preferences.associate_id, preferences.resumed], cleanup=nothing_to_clean)
