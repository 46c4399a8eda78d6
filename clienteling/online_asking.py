"""What comes of a question to the server, as screens are told it: an answer, no network, or why not."""

import logging
from collections.abc import Awaitable
from typing import TypeVar

from clienteling.domain.asked import Asked, AskedStage
from clienteling.domain.errors import ClientelingError
from sync.protocol.errors import SyncError, Unreachable

T = TypeVar("T")

log = logging.getLogger(__name__)


async def answer_of(work: Awaitable[T]) -> Asked[T]:
    """How the question ended. Never raises."""
    try:
        return Asked(AskedStage.ANSWERED, await work)
    except Unreachable as error:
        if error.code == Unreachable.code:
            return Asked(AskedStage.NO_NETWORK)
        return Asked(AskedStage.FAILED, code=error.code)
    except (SyncError, ClientelingError) as error:
        return Asked(AskedStage.FAILED, code=error.code)
    except Exception:  # the boundary of a screen: a person gets a sentence, the log the traceback
        log.exception("a question to the server failed unexpectedly")
        return Asked(AskedStage.FAILED, code="error.unexpected")
