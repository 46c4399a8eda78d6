"""Commands for customers' requests at the server: what is known of them, corrected, restricted, withdrawn or erased.

Whoever may use the server's machine acts as `operator`. What is asked and done is in the audit log by ids.
"""

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from clienteling import command_line_text
from clienteling.cli.options import AsJson, DatabaseUrl, DataDir
from clienteling.cli.printing import out, print_json, say
from clienteling.cli.privacy_papers import Language, Output, moment, write_paper
from clienteling.cli.serving import server_database
from clienteling.settings import server_dir
from sync.protocol.privacy import Delay, Proof, Refusal, Regime, RequestKind
from sync.protocol.times import utc_now

if TYPE_CHECKING:
    from sync.central_api.privacy_erasing import DeviceStanding, Places
    from sync.central_api.privacy_requests import PrivacyRequest

requests = typer.Typer(help="Customers' requests about what is known of them.", no_args_is_help=True)

RequestId = Annotated[str, typer.Argument(help="The request's id, as `requests list` tells it.")]
CustomerId = Annotated[str, typer.Argument(help="The customer's id, as `find --json` tells it.")]
Also = Annotated[list[str] | None, typer.Option("--also", help="Id of another record of the same person.")]
Other = Annotated[list[str] | None, typer.Option("--other", help="Id of somebody who looks like them and is not.")]


def _places(data_dir: Path | None) -> "Places":
    from clienteling.central_host import privacy_places

    return privacy_places(server_dir(data_dir))


def _id(text: str) -> str:
    return text.strip().lower()


@requests.command("open")
def open_request(
    kind: RequestKind,
    customer_id: CustomerId,
    received: Annotated[str | None, typer.Option("--received", help="When it came, RFC 3339; else now.")] = None,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Write down what a customer asks for. Its time runs from receipt."""
    from sync.central_api import privacy_requests

    with server_database(data_dir, database_url) as database:
        made = privacy_requests.open_request(
            database, kind, _id(customer_id), received_at=moment(received, "--received"), now=utc_now()
        )
    _show(made, as_json=as_json)


@requests.command("list")
def list_requests(
    only_open: Annotated[bool, typer.Option("--open", help="Only those that are not over.")] = False,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """List the requests: those whose time ends first in front."""
    from sync.central_api import privacy_requests

    with server_database(data_dir, database_url) as database:
        found = privacy_requests.list_requests(database, open_only=only_open)
    if as_json:
        print_json([dataclasses.asdict(one) for one in found])
        return
    if not found:
        say("requests.none")
    for one in found:
        out.print(_line(one), markup=False)


@requests.command()
def show(
    request_id: RequestId, data_dir: DataDir = None, database_url: DatabaseUrl = None, as_json: AsJson = False
) -> None:
    """One request, who may be the same person, and which devices have not confirmed an erasure."""
    from sync.central_api.privacy_erasing import read_standings
    from sync.central_api.privacy_requests import get_request, in_step, lookalikes

    with server_database(data_dir, database_url) as database:
        request = get_request(database, _id(request_id))
        alike = in_step(database, request.id, lookalikes) if not request.state.is_over else []
        devices = read_standings(database, request)
    if as_json:
        told = {
            "lookalikes": [dataclasses.asdict(one) for one in alike],
            "devices": [*map(dataclasses.asdict, devices)],
        }
        print_json({**dataclasses.asdict(request), **told})
        return
    out.print(_line(request), markup=False)
    for one in alike:
        say("requests.lookalike", id=one.customer_id, reason=one.reason)
    for device in devices:
        _say_device(device)


@requests.command()
def identity(
    request_id: RequestId,
    how: Annotated[Proof | None, typer.Option("--how", help="How they showed who they are.")] = None,
    doubt: Annotated[bool, typer.Option("--doubt", help="Take the check back.")] = False,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Say that you have seen who asks. No copy of a document is kept."""
    from sync.central_api import privacy_requests

    if (how is None) != doubt:
        raise typer.BadParameter("--how | --doubt")
    with server_database(data_dir, database_url) as database:
        if how is None:
            moved = privacy_requests.doubt_identity(database, _id(request_id), now=utc_now())
        else:
            moved = privacy_requests.check_identity(database, _id(request_id), how, now=utc_now())
    _show(moved, as_json=as_json)


@requests.command()
def refuse(
    request_id: RequestId,
    reason: Annotated[Refusal, typer.Option("--reason", help="Why the law allows that.")],
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Refuse a request, for a reason that the law knows. The customer is to be told why."""
    from sync.central_api import privacy_requests

    with server_database(data_dir, database_url) as database:
        moved = privacy_requests.refuse(database, _id(request_id), reason, now=utc_now())
    _show(moved, as_json=as_json)


@requests.command()
def reconsider(
    request_id: RequestId, data_dir: DataDir = None, database_url: DatabaseUrl = None, as_json: AsJson = False
) -> None:
    """Take a refused request up again. Its time runs on from receipt."""
    from sync.central_api import privacy_requests

    with server_database(data_dir, database_url) as database:
        moved = privacy_requests.reconsider(database, _id(request_id), now=utc_now())
    _show(moved, as_json=as_json)


@requests.command()
def extend(
    request_id: RequestId,
    reason: Annotated[Delay, typer.Option("--reason", help="Why it takes longer.")],
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Give a request two months more, as GDPR allows once. The customer is to be told why, within the first month."""
    from sync.central_api import privacy_requests

    with server_database(data_dir, database_url) as database:
        moved = privacy_requests.extend(database, _id(request_id), reason, now=utc_now())
    _show(moved, as_json=as_json)


@requests.command()
def copy(
    request_id: RequestId,
    output: Output = None,
    language: Language = None,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Write everything that is known of the customer, as JSON and as a page to print; the request is done then."""
    from sync.central_api.privacy_copy import make_copy

    with server_database(data_dir, database_url) as database:
        document = make_copy(database, _id(request_id), now=utc_now())
    write_paper(document, f"customer-copy-{_id(request_id)}", output, language, as_json=as_json)


@requests.command()
def correct(
    request_id: RequestId,
    fields: Annotated[list[str], typer.Option("--set", help="field=value, as phone=0812..., city=; may be repeated.")],
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Correct what is known of the customer; every device hears of it."""
    from sync.central_api import privacy_fulfilling

    pairs = [one.partition("=") for one in fields]
    if not all(mark and name.strip() for name, mark, _ in pairs):
        raise typer.BadParameter("--set FIELD=VALUE")
    wanted = {name.strip(): value for name, _, value in pairs}
    with server_database(data_dir, database_url) as database:
        done = privacy_fulfilling.correct(database, _id(request_id), wanted, now=utc_now())
    _show(done, as_json=as_json)


@requests.command()
def restrict(
    request_id: RequestId,
    lift: Annotated[bool, typer.Option("--lift", help="End an earlier restriction.")] = False,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Have what is known of the customer kept and not used: nobody contacts them or suggests anything."""
    from sync.central_api import privacy_fulfilling

    with server_database(data_dir, database_url) as database:
        done = privacy_fulfilling.restrict(database, _id(request_id), lifted=lift, now=utc_now())
    _show(done, as_json=as_json)


@requests.command()
def withdraw(
    request_id: RequestId, data_dir: DataDir = None, database_url: DatabaseUrl = None, as_json: AsJson = False
) -> None:
    """Withdraw the customer's consent to marketing, suggestions and surveys, in every channel."""
    from sync.central_api import privacy_fulfilling

    with server_database(data_dir, database_url) as database:
        done = privacy_fulfilling.withdraw(database, _id(request_id), now=utc_now())
    _show(done, as_json=as_json)


@requests.command()
def erase(
    request_id: RequestId,
    also: Also = None,
    other: Other = None,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Erase the customer here and on every device. Run it again to see who has confirmed, or where it was cut off."""
    from sync.central_api.privacy_erasing import carry_out, read_standings
    from sync.central_api.privacy_requests import say_who

    wanted = _id(request_id)
    with server_database(data_dir, database_url) as database:
        if also or other:
            say_who(database, wanted, also=[*map(_id, also or ())], others=[*map(_id, other or ())])
        done = carry_out(database, wanted, places=_places(data_dir), now=utc_now())
        devices = read_standings(database, done)
        files_follow = not database.is_sqlite and "files_clean_at" not in done.outcome
    if as_json:
        print_json({**dataclasses.asdict(done), "devices": [dataclasses.asdict(one) for one in devices]})
        return
    out.print(_line(done), markup=False)
    say("requests.erased", count=done.outcome["records"], orders=done.outcome["orders"])
    if files_follow:
        say("central.files_follow")
    for device in devices:
        _say_device(device)


@requests.command()
def certificate(
    request_id: RequestId,
    output: Output = None,
    language: Language = None,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Write an erasure's certificate, as JSON and as a page; devices that have not confirmed are named in it."""
    from sync.central_api.privacy_erasing import certificate as read_certificate
    from sync.central_api.privacy_erasing import finish_if_confirmed

    wanted = _id(request_id)
    with server_database(data_dir, database_url) as database:
        finish_if_confirmed(database, wanted, now=utc_now())
        document = read_certificate(database, wanted)
    write_paper(document, f"erasure-certificate-{wanted}", output, language, as_json=as_json)


@requests.command()
def regime(law: Regime, data_dir: DataDir = None, database_url: DatabaseUrl = None) -> None:
    """Choose whose time new requests have: 72 hours by UU PDP, which is so by itself, or one month by GDPR."""
    from sync.central_api.privacy_requests import choose_regime

    with server_database(data_dir, database_url) as database:
        choose_regime(database, law)
    say(f"requests.regime_{law.value}")


@requests.command()
def lift(
    text: Annotated[str, typer.Argument(help="The phone, e-mail or loyalty number of whoever enrols anew.")],
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Let the next import bring somebody who was erased and has come back, or who shares their phone."""
    from sync.central_api.privacy_requests import lift_suppression

    with server_database(data_dir, database_url) as database:
        count = lift_suppression(database, text, now=utc_now())
    if as_json:
        print_json({"lifted": count})
        return
    say("requests.lifted" if count else "requests.nothing_lifted")


def _show(request: "PrivacyRequest", *, as_json: bool) -> None:
    if as_json:
        print_json(dataclasses.asdict(request))
        return
    out.print(_line(request), markup=False)


def _line(request: "PrivacyRequest") -> str:
    """`access, received: due 2026-11-25 10:42 (UTC+07:00), in 71 h; customer ...; request ...`."""
    words = command_line_text.translator()
    due = words.text("requests.due", time=command_line_text.local_time(request.due_at), count=_hours_left(request))
    late = words.text("requests.late", time=command_line_text.local_time(request.due_at))
    over = words.text(f"requests.over_{request.state.value}") if request.state.is_over else ""
    return words.text(
        "requests.line",
        kind=words.text(f"requests.kind_{request.kind.value}"),
        state=words.text(f"requests.state_{request.state.value}"),
        due=over or (late if utc_now() > request.due_at else due),
        customer=request.customer_id,
        id=request.id,
    )


def _hours_left(request: "PrivacyRequest") -> int:
    return max(0, int((request.due_at - utc_now()).total_seconds() // 3600))


def _say_device(device: "DeviceStanding") -> None:
    ends = command_line_text.local_time(device.lease_ends_at) if device.lease_ends_at is not None else "-"
    at = device.confirmed_at or "-"
    say(f"requests.device_{device.state}", name=device.name or "-", id=device.registration_id, at=at, until=ends)
