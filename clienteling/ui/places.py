"""The places of the app, each with an address: what is being looked at lives in the URL and survives reload and back.

`place_at` and `path_of` are each other's inverse. Flet's own Router matches paths but carries neither the query nor
types, so that every screen would parse its parameters again; here one `match` does, and mypy says which is missing.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final, assert_never
from urllib.parse import parse_qs, quote, unquote, urlencode, urlsplit

from clienteling.domain.views import SPANS


@dataclass(frozen=True, slots=True)
class TodayPlace:
    pass


@dataclass(frozen=True, slots=True)
class FindPlace:
    query: str = ""


class CustomerTab(StrEnum):
    """What of a customer is open; the first where the address names none."""

    HISTORY = "history"
    WISHLIST = "wishlist"
    CART = "cart"
    NOTES = "notes"
    CONSENTS = "consents"


@dataclass(frozen=True, slots=True)
class CustomerPlace:
    customer_id: str
    tab: CustomerTab = CustomerTab.HISTORY


@dataclass(frozen=True, slots=True)
class TurnedPlace:
    """The customer's screen as the customer may read it. `asking`: what they are asked to agree to, and no more."""

    customer_id: str
    asking: bool = False


@dataclass(frozen=True, slots=True)
class ProductPlace:
    product_id: str
    variant_id: str | None = None


@dataclass(frozen=True, slots=True)
class ScanPlace:
    """`code` None: nothing scanned yet."""

    code: str | None = None


@dataclass(frozen=True, slots=True)
class HandoverPlace:
    """A visitor's saved list."""

    handover_id: str


@dataclass(frozen=True, slots=True)
class AttentionPlace:
    pass


@dataclass(frozen=True, slots=True)
class LabelsPlace:
    pass


@dataclass(frozen=True, slots=True)
class FiguresPlace:
    """What was scanned at the shelves in so many days, today among them."""

    days: int = SPANS[1]


@dataclass(frozen=True, slots=True)
class RequestsPlace:
    """Customers' requests: one of them open, or a new one for a customer."""

    request_id: str | None = None
    customer_id: str | None = None


@dataclass(frozen=True, slots=True)
class DevicesPlace:
    pass


@dataclass(frozen=True, slots=True)
class TeamPlace:
    pass


@dataclass(frozen=True, slots=True)
class SettingsPlace:
    pass


@dataclass(frozen=True, slots=True)
class HelpPlace:
    pass


@dataclass(frozen=True, slots=True)
class UnknownPlace:
    path: str


_ASKING: Final = "consents"


Place = (
    TodayPlace
    | FindPlace
    | CustomerPlace
    | TurnedPlace
    | ProductPlace
    | ScanPlace
    | HandoverPlace
    | AttentionPlace
    | LabelsPlace
    | FiguresPlace
    | RequestsPlace
    | DevicesPlace
    | TeamPlace
    | SettingsPlace
    | HelpPlace
    | UnknownPlace
)


def place_at(route: str) -> Place:
    """The place a route names; UnknownPlace where it names none. Never raises."""
    path, query = _split(route)
    match [unquote(segment) for segment in path.split("/") if segment]:
        case []:
            return TodayPlace()
        case ["find"]:
            return FindPlace(query.get("q", ""))
        case ["customers", customer_id]:
            return CustomerPlace(customer_id, _tab(query.get("tab")))
        case ["customers", customer_id, "turned"]:
            return TurnedPlace(customer_id, query.get("part") == _ASKING)
        case ["products", product_id]:
            return ProductPlace(product_id, query.get("variant"))
        case ["scan"]:
            return ScanPlace(query.get("code"))
        case ["handovers", handover_id]:
            return HandoverPlace(handover_id)
        case ["attention"]:
            return AttentionPlace()
        case ["labels"]:
            return LabelsPlace()
        case ["figures"]:
            return FiguresPlace(_days(query.get("days")))
        case ["requests"]:
            return RequestsPlace(query.get("request"), query.get("customer"))
        case ["devices"]:
            return DevicesPlace()
        case ["team"]:
            return TeamPlace()
        case ["settings"]:
            return SettingsPlace()
        case ["help"]:
            return HelpPlace()
        case _:
            return UnknownPlace(path)


def path_of(place: Place) -> str:
    """The route of a place, percent-encoded."""
    match place:
        case TodayPlace():
            return "/"
        case FindPlace(query):
            return _with_query("/find", q=query or None)
        case CustomerPlace(customer_id, tab):
            named = None if tab is CustomerTab.HISTORY else tab.value
            return _with_query(f"/customers/{quote(customer_id, safe='')}", tab=named)
        case TurnedPlace(customer_id, asking):
            return _with_query(f"/customers/{quote(customer_id, safe='')}/turned", part=_ASKING if asking else None)
        case ProductPlace(product_id, variant_id):
            return _with_query(f"/products/{quote(product_id, safe='')}", variant=variant_id)
        case ScanPlace(code):
            return _with_query("/scan", code=code)
        case HandoverPlace(handover_id):
            return f"/handovers/{quote(handover_id, safe='')}"
        case AttentionPlace():
            return "/attention"
        case LabelsPlace():
            return "/labels"
        case FiguresPlace(days):
            return _with_query("/figures", days=None if days == FiguresPlace().days else f"{days}")
        case RequestsPlace(request_id, customer_id):
            return _with_query("/requests", request=request_id, customer=customer_id)
        case DevicesPlace():
            return "/devices"
        case TeamPlace():
            return "/team"
        case SettingsPlace():
            return "/settings"
        case HelpPlace():
            return "/help"
        case UnknownPlace(path):
            return path
        case _:
            assert_never(place)


def same_screen(route: str, other: str) -> bool:
    """Whether both routes show one screen: the tabs of a customer, the figures of more or fewer days, and the
    requests that are opened one after another, are no steps of their own on the way back."""
    first, second = place_at(route), place_at(other)
    if isinstance(first, FiguresPlace) and isinstance(second, FiguresPlace):
        return True
    if isinstance(first, RequestsPlace) and isinstance(second, RequestsPlace):
        return True
    if isinstance(first, CustomerPlace) and isinstance(second, CustomerPlace):
        return first.customer_id == second.customer_id
    return first == second


def _tab(name: str | None) -> CustomerTab:
    return next((one for one in CustomerTab if one.value == name), CustomerTab.HISTORY)


def _days(number: str | None) -> int:
    return next((one for one in SPANS if f"{one}" == number), FiguresPlace().days)


def query_value(route: str, name: str) -> str | None:
    """One value of a route's query, such as `lang`."""
    return _split(route)[1].get(name)


def _with_query(path: str, **values: str | None) -> str:
    given = {name: value for name, value in values.items() if value is not None}
    return f"{path}?{urlencode(given)}" if given else path


def _split(route: str) -> tuple[str, dict[str, str]]:
    try:
        parts = urlsplit(route)
    except ValueError:  # an unfinished [ in a typed address
        return route, {}
    query = parse_qs(parts.query, keep_blank_values=True, max_num_fields=None)
    return parts.path, {name: values[-1] for name, values in query.items()}
