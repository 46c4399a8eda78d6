"""Customers' requests as a server would have them, for the screen: steps move them, and what was asked is kept."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from clienteling.domain.errors import ClientelingError
from clienteling.domain.views.customer_requests import DeviceOfErasure, Lookalike, LostDevice, RequestView
from clienteling.use_cases.customer_requests import Files, RequestServices
from tests.support.fake_customers import SITI
from tests.support.fakes import START_AT

_AFTER = {
    "identity": "identity_checked", "doubt": "received", "refuse": "refused", "reconsider": "received",
    "correct": "done", "restrict": "done", "lift": "done", "withdraw": "done", "erase": "waiting",
}  # fmt: skip

ACCESS = RequestView(
    "request-access", "access", "received", SITI.id, START_AT, START_AT + timedelta(hours=71), customer_name=SITI.name
)
ERASURE = RequestView(
    "request-erasure", "erasure", "identity_checked", "018f0000-0000-7000-8000-0000000000aa",
    START_AT - timedelta(hours=63), START_AT + timedelta(hours=9), customer_name="Budi Santoso",
    lookalikes=(Lookalike("018f0000-0000-7000-8000-0000000000bb", "Budi S."),),
)  # fmt: skip
WAITING = RequestView(
    "request-waiting", "erasure", "waiting", "018f0000-0000-7000-8000-0000000000cc",
    START_AT - timedelta(hours=80), START_AT - timedelta(hours=8), devices_awaited=1,
    devices=(
        DeviceOfErasure("Tablet Kasir 2", "awaited", START_AT + timedelta(hours=5)),
        DeviceOfErasure("Tablet Kasir 1", "confirmed"),
    ),
)  # fmt: skip
DONE = RequestView(
    "request-done", "copy", "done", SITI.id, START_AT - timedelta(days=9), START_AT - timedelta(days=6),
    customer_name=SITI.name, ended_at=START_AT - timedelta(days=8),
)  # fmt: skip


BY_GDPR = RequestView(
    "request-gdpr", "access", "received", SITI.id, START_AT - timedelta(days=20), START_AT + timedelta(days=10),
    customer_name=SITI.name, regime="gdpr",
)  # fmt: skip
LOST = (
    LostDevice("device-1", "Tablet lantai 1", "Toko Bandung", START_AT - timedelta(days=1), False),
    LostDevice("device-2", "Tablet lama", "Toko Dago", START_AT - timedelta(days=9), True),
)


@dataclass
class FakeRequests:
    """The server's requests by id; `asked` keeps each step and paper. `failing`: why none can be had."""

    known: dict[str, RequestView] = field(
        default_factory=lambda: {one.id: one for one in (WAITING, ERASURE, ACCESS, DONE)}
    )
    asked: list[tuple[object, ...]] = field(default_factory=list)
    failing: ClientelingError | None = None
    devices: tuple[LostDevice, ...] = LOST

    def requests(self) -> tuple[RequestView, ...]:
        if self.failing is not None:
            raise self.failing
        return tuple(sorted(self.known.values(), key=lambda one: (one.is_over, one.due_at)))

    def open(self, kind: str, customer_id: str) -> RequestView:
        self.asked.append(("open", kind, customer_id))
        made = replace(ACCESS, id=f"request-new-{kind}", kind=kind, customer_id=customer_id)
        self.known[made.id] = made
        return made

    def take_step(self, request_id: str, step: str, **details: object) -> RequestView:
        self.asked.append((step, request_id, details))
        before = self.known[request_id]
        if step == "extend":
            later, why = before.due_at + timedelta(days=60), str(details["delay"])
            self.known[request_id] = replace(before, extended_reason=why, due_at=later, tell_by=before.due_at)
            return self.known[request_id]
        self.known[request_id] = replace(before, state=_AFTER[step], lookalikes=())
        return self.known[request_id]

    def paper(self, name: str, request_id: str, language: str) -> Files:
        self.asked.append((name, request_id, language))
        return (f"{name}.html", b"<html>"), (f"{name}.json", b"{}")

    def breach_report(self, registration_id: str, since: datetime | None, language: str) -> Files:
        self.asked.append(("breach", registration_id, since, language))
        return ("breach.html", b"<html>"), ("breach.json", b"{}")

    def devices_known(self) -> tuple[LostDevice, ...]:
        if self.failing is not None:
            raise self.failing
        return self.devices

    def services(self) -> RequestServices:
        return RequestServices(
            requests=self.requests,
            request=lambda request_id: self.known[request_id],
            open=self.open,
            take_step=self.take_step,
            copy=lambda request_id, language: self.paper("copy", request_id, language),
            certificate=lambda request_id, language: self.paper("certificate", request_id, language),
            devices=self.devices_known,
            breach_report=self.breach_report,
        )
