"""What customers may ask about what is known of them, in which steps that is done, and by when.

Sources: UU 27/2022 (UU PDP) articles 6 to 11, 13, 30, 32, 33, 40, 41 (3 x 24 hours from receipt); GDPR articles 12(3),
15 to 18, 20 (one month, and two more where it is complex). The steps of an erasure are in an order that nothing can
undo half of: identity, what the books keep, suppression, then the rows, then every device.

                 check identity          fulfil
    received  --------------------> identity checked  ------------------------------------------> done
       |  ^ <--------------------          |   erasure: hold, suppress, erase, wait, finish        ^
       |  |      doubt identity            |   identity checked -> held -> suppressed -> erased -> waiting
       |  | reconsider                     | refuse
       +--+------------ refused <----------+

There is no way back but `doubt identity` and `reconsider`, and none once something was suppressed.
"""

from calendar import monthrange
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final


class RequestKind(StrEnum):
    """What is asked for. `access`: what is known, `copy`: the same to take along; one document answers both."""

    ACCESS = "access"
    COPY = "copy"
    RECTIFICATION = "rectification"
    RESTRICTION = "restriction"
    WITHDRAWAL = "withdrawal"
    ERASURE = "erasure"


class RequestState(StrEnum):
    RECEIVED = "received"
    IDENTITY_CHECKED = "identity_checked"
    HELD = "held"
    SUPPRESSED = "suppressed"
    ERASED = "erased"
    WAITING = "waiting"
    DONE = "done"
    REFUSED = "refused"

    @property
    def is_over(self) -> bool:
        return self in (RequestState.DONE, RequestState.REFUSED)


class Move(StrEnum):
    """A step of a request."""

    CHECK_IDENTITY = "check_identity"
    DOUBT_IDENTITY = "doubt_identity"
    REFUSE = "refuse"
    RECONSIDER = "reconsider"
    FULFIL = "fulfil"
    HOLD = "hold"
    SUPPRESS = "suppress"
    ERASE = "erase"
    WAIT = "wait"
    FINISH = "finish"


WAYS_BACK: Final = frozenset({Move.DOUBT_IDENTITY, Move.RECONSIDER})

_EVERY_KIND: Final[Mapping[tuple[RequestState, Move], RequestState]] = {
    (RequestState.RECEIVED, Move.CHECK_IDENTITY): RequestState.IDENTITY_CHECKED,
    (RequestState.RECEIVED, Move.REFUSE): RequestState.REFUSED,
    (RequestState.IDENTITY_CHECKED, Move.DOUBT_IDENTITY): RequestState.RECEIVED,
    (RequestState.IDENTITY_CHECKED, Move.REFUSE): RequestState.REFUSED,
    (RequestState.REFUSED, Move.RECONSIDER): RequestState.RECEIVED,
}
_ERASURE: Final[Mapping[tuple[RequestState, Move], RequestState]] = {
    (RequestState.IDENTITY_CHECKED, Move.HOLD): RequestState.HELD,
    (RequestState.HELD, Move.SUPPRESS): RequestState.SUPPRESSED,
    (RequestState.SUPPRESSED, Move.ERASE): RequestState.ERASED,
    (RequestState.ERASED, Move.WAIT): RequestState.WAITING,
    (RequestState.WAITING, Move.FINISH): RequestState.DONE,
}
_OTHERS: Final[Mapping[tuple[RequestState, Move], RequestState]] = {
    (RequestState.IDENTITY_CHECKED, Move.FULFIL): RequestState.DONE,
}


def state_after(kind: RequestKind, state: RequestState, move: Move) -> RequestState | None:
    """The state that the step leads to, or None where it is not allowed now. Pure."""
    own = _ERASURE if kind is RequestKind.ERASURE else _OTHERS
    return _EVERY_KIND.get((state, move)) or own.get((state, move))


class Proof(StrEnum):
    """How somebody showed that they are who they say. A closed set: free text would come to hold names."""

    DOCUMENT = "document"
    """A paper with a picture, looked at and not copied."""
    CODE = "code"
    """A code sent to the phone or e-mail that is known here was told."""
    ACCOUNT = "account"
    """They asked from their signed-in account of the web shop."""
    KNOWN = "known"
    """They are known to the associate in person."""


class Refusal(StrEnum):
    """Why a request may be refused: UU PDP article 33, GDPR articles 12(2), 12(5)."""

    IDENTITY_NOT_SHOWN = "identity_not_shown"
    ENDANGERS_SOMEBODY = "endangers_somebody"
    REVEALS_OTHERS = "reveals_others"
    NATIONAL_SECURITY = "national_security"
    EXCESSIVE = "excessive"
    TAKEN_BACK = "taken_back"
    """The customer does not want it any longer."""


class Delay(StrEnum):
    """Why a request may be given more time: GDPR article 12(3)."""

    COMPLEX = "complex"
    MANY = "many"
    """The customer, or many customers, asked for much at once."""


class Regime(StrEnum):
    """Which law's time a request has."""

    UU_PDP = "uu_pdp"
    GDPR = "gdpr"


UU_PDP_TIME: Final = timedelta(hours=72)
_GDPR_MONTHS: Final = 1
_GDPR_MONTHS_MORE: Final = 2


def due_at(regime: Regime, received_at: datetime, *, extended: bool = False) -> datetime:
    """By when a request is to be done: hours run from receipt, weekends included. Pure.

    `extended`: by GDPR's two further months; UU PDP knows none, and the time stays.
    """
    if regime is Regime.UU_PDP:
        return received_at + UU_PDP_TIME
    return _months_later(received_at, _GDPR_MONTHS + (_GDPR_MONTHS_MORE if extended else 0))


def _months_later(moment: datetime, months: int) -> datetime:
    """The same day of a later month, or its last day. Source: Regulation (EEC) 1182/71, article 3(2)(c)."""
    years, month = divmod(moment.month - 1 + months, 12)
    year, month = moment.year + years, month + 1
    return moment.replace(year=year, month=month, day=min(moment.day, monthrange(year, month)[1]))
