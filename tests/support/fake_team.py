"""People of a fake shop as its manager sees them, and what screens asked for. For tests only."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TypeVar

from clienteling.domain.asked import Asked, AskedStage
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
from clienteling.use_cases.manage_team import TeamServices
from tests.support.fakes import START_AT

T = TypeVar("T")


@dataclass
class FakeTeam:
    """What the server says, and the PINs here. `answer`: what it answers in place of anything else, `reading_answer`
    about who opened how many."""

    members: tuple[TeamMemberView, ...] = (
        TeamMemberView("associate-rina", "Rina", "associate", ("Tablet lantai 1", "Tablet lantai 2")),
        TeamMemberView("associate-dedi", "Dedi Kurniawan", "manager", ()),
    )
    devices: tuple[TeamDeviceView, ...] = ()
    pins: tuple[PinHere, ...] = (PinHere("associate-rina", 4, date(2026, 12, 31)),)
    readings: tuple[ReadingEverywhere, ...] = ()
    reading_asked: list[tuple[str, str]] = field(default_factory=list)
    reading_answer: Asked[tuple[ReadingEverywhere, ...]] | None = None
    answer: Asked[object] | None = None
    asked: list[tuple[object, ...]] = field(default_factory=list)

    def services(self) -> TeamServices:
        return TeamServices(
            team=lambda author_id: self._told(TeamView(self.members, self.devices)),
            sign_in_code=self.sign_in_code,
            end_sign_ins=self.end_sign_ins,
            pins_here=lambda: self.pins,
            remove_pin=self.remove_pin,
            reading=self.reading,
        )

    def reading(self, store_id: str, *, author_id: str) -> Signal[Asked[tuple[ReadingEverywhere, ...]]]:
        self.reading_asked.append((store_id, author_id))
        return Signal(self.reading_answer or Asked(AskedStage.ANSWERED, self.readings))

    def _told(self, value: T) -> Signal[Asked[T]]:
        return Signal(self.answer or Asked(AskedStage.ANSWERED, value))  # type: ignore[arg-type]  # no value then

    def sign_in_code(self, associate_id: str, *, author_id: str) -> Signal[Asked[SignInCodeView]]:
        self.asked.append(("code", associate_id, author_id))
        return self._told(SignInCodeView(f"MZ4K-PXR{len(self.asked) + 1}", START_AT + timedelta(minutes=10)))

    def end_sign_ins(self, associate_id: str, *, author_id: str) -> Signal[Asked[int]]:
        self.asked.append(("end", associate_id, author_id))
        self.members = tuple(
            TeamMemberView(one.id, one.name, one.role, () if one.id == associate_id else one.devices)
            for one in self.members
        )
        return self._told(2)

    def remove_pin(self, associate_id: str) -> None:
        if {one.associate_id for one in self.pins} == {associate_id}:
            raise ValidationFailed("pin", "pin.last_one")
        self.asked.append(("remove", associate_id))
        self.pins = tuple(one for one in self.pins if one.associate_id != associate_id)
