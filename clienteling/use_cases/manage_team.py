"""A manager's team: PINs on this device, and at the server codes for new ones and the end of somebody's sign-ins.

What is asked of the server answers by a signal, as in `manage`; PINs of this device are at hand without a network.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol, TypeVar

from clienteling.domain.asked import Asked
from clienteling.domain.errors import ValidationFailed
from clienteling.domain.signals import Signal
from clienteling.domain.views import (
    PinHere,
    ReadingEverywhere,
    SignInCodeView,
    TeamDeviceView,
    TeamMemberView,
    TeamView,
)
from sync.protocol.managing import AssociateRequest, SignInsEnded, Team
from sync.protocol.people_wire import ReadingReply, ReadingRequest, SignInCodeReply, SignInCodeRequest
from sync.protocol.spoken_codes import show_one_time_code
from sync.protocol.times import Clock

T = TypeVar("T")


class PinState(Protocol):
    @property
    def tries_left(self) -> int: ...

    @property
    def ends_on(self) -> date | None: ...


class PinsKept(Protocol):
    """The PINs of this device."""

    def states(self) -> Mapping[str, PinState]: ...

    def remove(self, associate_id: str) -> bool: ...


class TeamApi(Protocol):
    """What the server answers to who manages people."""

    async def team(self) -> Team: ...

    async def end_sign_ins(self, request: AssociateRequest) -> SignInsEnded: ...

    async def sign_in_code(self, request: SignInCodeRequest) -> SignInCodeReply: ...

    async def reading(self, request: ReadingRequest) -> ReadingReply: ...


class AskTeamAs(Protocol):
    """Has the engine ask the server in an associate's name. Returns at once."""

    def __call__(self, associate_id: str, work: Callable[[TeamApi], Awaitable[T]], /) -> Signal[Asked[T]]: ...


class AskAboutOne(Protocol):
    """About the associate that is named first."""

    def __call__(self, associate_id: str, *, author_id: str) -> Signal[Asked[int]]: ...


class AskReading(Protocol):
    """Of the store that is named first."""

    def __call__(self, store_id: str, *, author_id: str) -> Signal[Asked[tuple[ReadingEverywhere, ...]]]: ...


class MakeSignInCode(Protocol):
    def __call__(self, associate_id: str, *, author_id: str) -> Signal[Asked[SignInCodeView]]: ...


@dataclass(frozen=True, slots=True)
class TeamServices:
    """What a manager may do with people.

    team          asked by the manager's id
    reading       who opened how many customers within the hour on all devices of a store, the most first
    sign_in_code  by which somebody chooses a PIN on one device, within ten minutes
    end_sign_ins  everywhere; answers on how many devices they had a key
    pins_here     of this device; may take a moment
    remove_pin    of this device. Raises ValidationFailed(pin.last_one): nobody could open the device
    """

    team: Callable[[str], Signal[Asked[TeamView]]]
    sign_in_code: MakeSignInCode
    end_sign_ins: AskAboutOne
    pins_here: Callable[[], tuple[PinHere, ...]]
    remove_pin: Callable[[str], None]
    reading: AskReading


@dataclass(frozen=True, slots=True)
class ManagingTeam:
    """The services over one engine, and this device's PINs."""

    ask: AskTeamAs
    pins: PinsKept
    now: Clock

    def services(self) -> TeamServices:
        return TeamServices(
            self.team, self.sign_in_code, self.end_sign_ins, self.pins_here, self.remove_pin, self.reading
        )

    def team(self, author_id: str) -> Signal[Asked[TeamView]]:
        async def work(api: TeamApi) -> TeamView:
            return team_view(await api.team())

        return self.ask(author_id, work)

    def reading(self, store_id: str, *, author_id: str) -> Signal[Asked[tuple[ReadingEverywhere, ...]]]:
        async def work(api: TeamApi) -> tuple[ReadingEverywhere, ...]:
            told = await api.reading(ReadingRequest(store_id=store_id))
            return tuple(
                ReadingEverywhere(one.associate_id, one.name, one.opened, one.looked_up, one.devices, one.marked)
                for one in told.readings
            )

        return self.ask(author_id, work)

    def sign_in_code(self, associate_id: str, *, author_id: str) -> Signal[Asked[SignInCodeView]]:
        async def work(api: TeamApi) -> SignInCodeView:
            reply = await api.sign_in_code(SignInCodeRequest(associate_id=associate_id))
            return SignInCodeView(show_one_time_code(reply.code), self.now() + timedelta(seconds=reply.ends_in_s))

        return self.ask(author_id, work)

    def end_sign_ins(self, associate_id: str, *, author_id: str) -> Signal[Asked[int]]:
        async def work(api: TeamApi) -> int:
            return (await api.end_sign_ins(AssociateRequest(associate_id=associate_id))).count

        return self.ask(author_id, work)

    def pins_here(self) -> tuple[PinHere, ...]:
        return tuple(PinHere(one, state.tries_left, state.ends_on) for one, state in self.pins.states().items())

    def remove_pin(self, associate_id: str) -> None:
        if set(self.pins.states()) == {associate_id}:
            raise ValidationFailed("pin", "pin.last_one")
        self.pins.remove(associate_id)


def team_view(told: Team) -> TeamView:
    """What the server told, as screens show it; this device first."""
    members = tuple(
        TeamMemberView(one.id, one.name, one.role, tuple(key.name for key in one.keys)) for one in told.members
    )
    devices = (
        TeamDeviceView(
            one.registration_id,
            one.name,
            one.registration_id == told.this_id,
            one.asks_for_keys,
            tuple(one.ready),
            tuple(one.missing),
        )
        for one in told.devices
    )
    return TeamView(members, tuple(sorted(devices, key=lambda one: not one.is_this)))
