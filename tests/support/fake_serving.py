"""A shop that owes people things: promises, appointments, held pieces and talks, and what screens do about them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from itertools import count

from clienteling.domain.contact_rules import valid_note
from clienteling.domain.errors import ValidationFailed, refuse_wrong
from clienteling.domain.serving_rules import valid_day, valid_minutes, valid_subject, valid_time
from clienteling.domain.views import (
    AppointmentView,
    CustomerView,
    FollowUpView,
    HoldStatus,
    HoldView,
    InteractionView,
    NoteHeadView,
    NoteView,
    TodayView,
)
from clienteling.use_cases.services import Services
from tests.support.fake_customers import SITI, SUHARTI, CustomerShop
from tests.support.fake_services import CARDS, ROWS, STORE, store_today
from tests.support.fakes import START_AT

TODAY = store_today()

LATE = FollowUpView(
    id="late",
    customer_id=SITI.id,
    customer_name=SITI.name,
    salutation=SITI.salutation,
    subject="Kabari begitu gamis hijau datang",
    due_on=TODAY - timedelta(days=1),
    status="open",
    overdue=True,
    assignee_id="associate-rina",
    assignee="Rina",
    author="Rina",
    store="Toko Bandung",
    here=True,
    written_at=START_AT - timedelta(days=4),
)
DUE = replace(LATE, id="due", subject="Kirim foto tunik lewat WhatsApp", due_on=TODAY, overdue=False, assignee="Dedi")
KEPT = replace(
    LATE,
    id="kept",
    subject="Cari pasmina senada",
    status="done",
    overdue=False,
    outcomes=("Ada di Surabaya, sudah dipesankan",),
    done_at=START_AT - timedelta(days=5),
    done_by="Rina",
    finish_ids=("finish-1",),
)

VISIT = AppointmentView(
    id="visit",
    customer_id=SITI.id,
    customer_name=SITI.name,
    salutation=SITI.salutation,
    day=TODAY,
    at_time=time(15, 30),
    time_zone="Asia/Jakarta",
    starts_at=datetime(2026, 11, 22, 8, 30, tzinfo=UTC),
    minutes=45,
    subject="Coba kebaya untuk wisuda",
    status="booked",
    associate_id="associate-rina",
    associate="Rina",
    author="Rina",
    store="Toko Bandung",
    here=True,
)
NEXT_VISIT = replace(
    VISIT,
    id="next",
    day=TODAY + timedelta(days=2),
    starts_at=VISIT.starts_at + timedelta(days=2),
    subject="Ambil jahitan",
    store="Toko Surabaya",
    here=False,
)
MISSED = replace(
    VISIT,
    id="missed",
    day=TODAY - timedelta(days=9),
    starts_at=VISIT.starts_at - timedelta(days=9),
    subject="Ukur badan",
    status="no_show",
)

ASKED = HoldView(
    id="asked",
    product_id="product-1",
    variant_id="variant-m",
    name="Kemeja Linen Lengan Panjang",
    options=("Putih", "M"),
    picture="",
    quantity=1,
    status=HoldStatus.REQUESTED,
    reason="",
    store="Toko Bandung",
    here=True,
    requested_at=START_AT - timedelta(minutes=3),
    until=None,
    author="Rina",
    pending=True,
)
HELD = replace(
    ASKED,
    id="held",
    name="Sandal Anyam",
    options=("38",),
    status=HoldStatus.CONFIRMED,
    until=START_AT + timedelta(hours=4),
    pending=False,
)
RUN_OUT = replace(
    HELD, id="run-out", name="Selendang Tenun", status=HoldStatus.EXPIRED, until=START_AT - timedelta(hours=3)
)
REFUSED = replace(HELD, id="refused", name="Vas Gerabah", status=HoldStatus.REFUSED, reason="out_of_stock", until=None)
TAKEN = replace(HELD, id="taken", name="Tunik Lurik", status=HoldStatus.COLLECTED, until=START_AT - timedelta(days=30))

TALK = InteractionView(
    "talk", "whatsapp", "out", "Tanya warna gamis", "Rina", "Toko Bandung", START_AT - timedelta(days=6), False
)

OWED = replace(
    SITI,
    follow_ups=(LATE, DUE, KEPT),
    appointments=(VISIT, NEXT_VISIT, MISSED),
    holds=(HELD, ASKED, RUN_OUT, REFUSED, TAKEN),
    interactions=(TALK,),
)


def with_heads(note: NoteView, *texts: tuple[str, str]) -> NoteView:
    """The note with these texts; each has a name and words."""
    heads = tuple(NoteHeadView(name, words, name.title(), START_AT - timedelta(days=1)) for name, words in texts)
    return replace(note, heads=heads, text="\n\n".join(one.text for one in heads))


def _revised(note: NoteView, name: str, words: str, seen: tuple[str, ...]) -> NoteView:
    left = tuple(one for one in note.heads if one.revision_id not in seen)
    heads = (*left, NoteHeadView(name, words, "Rina", START_AT))
    return replace(note, heads=heads, text="\n\n".join(one.text for one in heads), pending=True)


def judged(judges: Mapping[str, Callable[[], object]]) -> None:
    """Nothing. Raises ValidationFailed for all wrong fields together, as the use cases do."""
    wrong: list[ValidationFailed] = []
    for judge in judges.values():
        try:
            judge()
        except ValidationFailed as error:
            wrong.append(error)
    refuse_wrong(wrong)


def differing(written: Sequence[tuple[str, tuple[object, ...]]]) -> dict[str, tuple[str, str]]:
    """What the one edit that was written changes."""
    ((action, values),) = written
    assert action in ("edit_follow_up", "edit_appointment")
    edits = values[1]
    assert isinstance(edits, dict)
    return {name: pair for name, pair in edits.items() if pair[0] != pair[1]}


@dataclass
class ServingShop(CustomerShop):
    """A shop where what screens promise, book and ask for is on the screens at once, as with the real store."""

    customers: dict[str, CustomerView] = field(default_factory=lambda: {SITI.id: SITI, SUHARTI.id: SUHARTI})
    numbers: "count[int]" = field(default_factory=count)

    def owing(self) -> "ServingShop":
        """This shop, with everything open that can be."""
        self.customers[SITI.id] = OWED
        self.tell_today()
        return self

    def tell_today(self) -> None:
        """Today's board shows what the customers' views say."""
        views = self.customers.values()
        due = [one for view in views for one in view.follow_ups if one.status == "open" and one.due_on <= TODAY]
        visits = [one for view in views for one in view.appointments if one.day == TODAY and one.status != "cancelled"]
        self.today = TodayView(
            STORE, CARDS, ROWS[:6], tuple(sorted(due, key=lambda one: one.due_on)), tuple(one for one in visits)
        )

    def _wrote_of(self, customer_id: str, action: str, *values: object, **changes: object) -> None:
        self._change(customer_id, **changes)
        self.tell_today()
        self._wrote(action, *values)

    def create_follow_up(
        self, customer_id: str, subject: str, due_on: str, *, author_id: str, assignee_id: str = ""
    ) -> str:
        judged(
            {
                "subject": partial(valid_subject, subject),
                "due_on": partial(valid_day, "due_on", due_on, today=TODAY),
            }
        )
        view = self.customers[customer_id]
        day, name = date.fromisoformat(due_on), f"follow-up-{next(self.numbers)}"
        made = replace(
            DUE,
            id=name,
            customer_id=view.id,
            customer_name=view.name,
            subject=subject,
            due_on=day,
            assignee_id=assignee_id or None,
            assignee=self._name_of(assignee_id),
            pending=True,
        )
        values = (customer_id, subject, due_on, author_id, assignee_id)
        self._wrote_of(customer_id, "create_follow_up", *values, follow_ups=(made, *view.follow_ups))
        return name

    def _name_of(self, associate_id: str) -> str:
        return next((one.name for one in self.associates if one.id == associate_id), "")

    def finish_follow_up(self, follow_up_id: str, *, author_id: str, status: str = "done", outcome: str = "") -> None:
        customer_id, one = self._follow_up(follow_up_id)
        ended = replace(
            one,
            status=status,
            overdue=False,
            outcomes=(outcome,) if outcome else (),
            done_at=START_AT,
            done_by="Rina",
            finish_ids=("finish-2",),
            pending=True,
        )
        self._put(customer_id, "finish_follow_up", ended, follow_up_id, status, outcome, author_id)

    def reopen_follow_up(self, follow_up_id: str, finish_ids: tuple[str, ...], *, author_id: str) -> None:
        customer_id, one = self._follow_up(follow_up_id)
        opened = replace(one, status="open", outcomes=(), done_at=None, finish_ids=(), pending=True)
        self._put(customer_id, "reopen_follow_up", opened, follow_up_id, finish_ids, author_id)

    def _follow_up(self, follow_up_id: str) -> tuple[str, FollowUpView]:
        for customer_id, view in self.customers.items():
            for one in view.follow_ups:
                if one.id == follow_up_id:
                    return customer_id, one
        raise AssertionError(f"no follow-up {follow_up_id}")

    def _put(self, customer_id: str, action: str, changed: FollowUpView, *values: object) -> None:
        kept = tuple(changed if one.id == changed.id else one for one in self.customers[customer_id].follow_ups)
        self._wrote_of(customer_id, action, *values, follow_ups=kept)

    def book_appointment(
        self,
        customer_id: str,
        *,
        local_date: str,
        local_time: str,
        minutes: str,
        subject: str,
        author_id: str,
        associate_id: str = "",
    ) -> str:
        judged(
            {
                "local_date": partial(valid_day, "local_date", local_date, today=TODAY),
                "local_time": partial(valid_time, "local_time", local_time),
                "minutes": partial(valid_minutes, minutes),
                "subject": partial(valid_subject, subject),
            }
        )
        view, name = self.customers[customer_id], f"appointment-{next(self.numbers)}"
        made = replace(
            VISIT,
            id=name,
            customer_id=view.id,
            customer_name=view.name,
            day=date.fromisoformat(local_date),
            at_time=time.fromisoformat(local_time),
            minutes=int(minutes),
            subject=subject,
            associate_id=associate_id or None,
            associate=self._name_of(associate_id),
            pending=True,
        )
        values = (customer_id, local_date, local_time, minutes, subject, author_id, associate_id)
        self._wrote_of(customer_id, "book_appointment", *values, appointments=(made, *view.appointments))
        return name

    def close_appointment(self, appointment_id: str, status: str, *, seen: str, author_id: str) -> None:
        for customer_id, view in list(self.customers.items()):
            if any(one.id == appointment_id for one in view.appointments):
                kept = tuple(
                    replace(one, status=status, pending=True) if one.id == appointment_id else one
                    for one in view.appointments
                )
                values = (appointment_id, status, seen, author_id)
                self._wrote_of(customer_id, "close_appointment", *values, appointments=kept)

    def log_interaction(
        self, customer_id: str, *, channel: str, direction: str, author_id: str, summary: str = ""
    ) -> str:
        view, name = self.customers[customer_id], f"talk-{next(self.numbers)}"
        made = InteractionView(name, channel, direction, summary, "Rina", "Toko Bandung", START_AT, True)
        values = (customer_id, channel, direction, summary, author_id)
        self._wrote_of(customer_id, "log_interaction", *values, interactions=(made, *view.interactions))
        return name

    def revise_note(self, note_id: str, text: str, *, seen: tuple[str, ...], author_id: str) -> str:
        kept, name = valid_note(text), f"revision-{next(self.numbers)}"
        for view in list(self.customers.values()):
            notes = tuple(_revised(one, name, kept, seen) if one.id == note_id else one for one in view.notes)
            self._change(view.id, notes=notes)
        self._wrote("revise_note", note_id, text, seen, author_id)
        return name

    def request_hold(
        self, customer_id: str, product_id: str, *, variant_id: str, quantity: int = 1, author_id: str
    ) -> str:
        if any(one.is_open and one.variant_id == variant_id for one in self.customers[customer_id].holds):
            raise ValidationFailed("variant", "hold.already")
        made = replace(ASKED, id=f"hold-{next(self.numbers)}", product_id=product_id, variant_id=variant_id)
        self._change(customer_id, holds=(made, *self.customers[customer_id].holds))
        super().request_hold(customer_id, product_id, variant_id=variant_id, quantity=quantity, author_id=author_id)
        return made.id

    def cancel_hold(self, hold_id: str, *, author_id: str) -> None:
        self._end_hold(hold_id, HoldStatus.CANCELLED)
        super().cancel_hold(hold_id, author_id=author_id)

    def collect_hold(self, hold_id: str, *, author_id: str) -> None:
        self._end_hold(hold_id, HoldStatus.COLLECTED)
        super().collect_hold(hold_id, author_id=author_id)

    def answer_hold(self, hold_id: str, status: HoldStatus, *, until: datetime | None = None) -> None:
        """What the server says of a request."""
        for view in list(self.customers.values()):
            kept = tuple(
                replace(one, status=status, until=until, pending=False) if one.id == hold_id else one
                for one in view.holds
            )
            self._change(view.id, holds=kept)
        self.rows_changed()

    def _end_hold(self, hold_id: str, status: HoldStatus) -> None:
        for view in list(self.customers.values()):
            kept = tuple(replace(one, status=status, pending=True) if one.id == hold_id else one for one in view.holds)
            self._change(view.id, holds=kept)

    def services(self, *, demo: bool = True) -> Services:
        """What screens get, with what people are owed."""
        return replace(
            super().services(demo=demo),
            create_follow_up=self.create_follow_up,
            finish_follow_up=self.finish_follow_up,
            reopen_follow_up=self.reopen_follow_up,
            book_appointment=self.book_appointment,
            close_appointment=self.close_appointment,
            log_interaction=self.log_interaction,
            revise_note=self.revise_note,
        )
