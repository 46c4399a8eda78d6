"""From a code to where it leads, whatever way it came in: typed, by a scanner that types, or out of a picture.

A product or a customer is opened at once. Everything else is shown on the scan screen; nothing a code says is opened.
A screen turned to a customer follows no codes at all: another customer's card must not open beside them.
"""

from collections.abc import Callable

import flet as ft

from clienteling.domain.codes import ScanKind
from clienteling.ui.components.variants import stock_at_this_store, variant_words
from clienteling.ui.hooks import Action, ActionProblem, use_action, use_attached, use_navigation, use_session, use_text
from clienteling.ui.kit import band, safe
from clienteling.ui.places import ScanPlace, TurnedPlace
from clienteling.ui.scanner import PastScan, Resolved
from clienteling.ui.session import UiSession
from clienteling.use_cases.services import Services


def resolve(services: Services, code: str) -> Resolved:
    """What the code leads to on this device."""
    answer = services.resolve_scan(code)
    return Resolved(answer, services.product(answer.product_id) if answer.product_id is not None else None)


def remember(session: UiSession, resolved: Resolved) -> None:
    """Puts the scan in front of this session's last ones, if it led somewhere."""
    if resolved.place is None:
        return
    title = resolved.product.name if resolved.product is not None else session.translator.text(_title_key(resolved))
    detail = variant_words(resolved.variant) if resolved.variant is not None else ""
    session.scanner.remember(PastScan(title, detail, resolved.place, session.now()))


def count_opened(session: UiSession, resolved: Resolved) -> None:
    """Have the label that opened this product count as scanned; never by whom. A typed SKU is a search, no label."""
    store, variant = session.premises.store, resolved.variant
    if store is None or variant is None or not variant.gtin or resolved.answer.code.gtin is None:
        return
    here = stock_at_this_store(variant)
    is_sold_out = here is not None and here.available <= 0
    session.services.count_scan(store.id, variant.gtin, sold_out=is_sold_out)


def _title_key(resolved: Resolved) -> str:
    return "scan.saved_list" if resolved.answer.handover_id is not None else "scan.card"


def opens_at_once(resolved: Resolved) -> bool:
    """Whether nothing has to be said first: an address of somebody else on the label does."""
    return resolved.place is not None and not resolved.answer.code.foreign_host


def use_scan(show: Callable[[Resolved], None] | None = None) -> Action[[str]]:
    """`run(code)` opens what the code leads to; `show` gets what cannot be opened at once, or else the scan screen.

    A code that comes in twice, as keys and as a field's text, counts once.
    """
    session = use_session()

    def show_on_scan_screen(resolved: Resolved) -> None:
        session.scanner.held = resolved
        session.go(ScanPlace())

    def follow(resolved: Resolved) -> None:
        if isinstance(session.navigation.place, TurnedPlace):  # turned while the code was looked up
            return
        remember(session, resolved)
        if resolved.place is not None and opens_at_once(resolved):
            count_opened(session, resolved)
            session.go(resolved.place)
        else:
            (show or show_on_scan_screen)(resolved)

    action = use_action(lambda code: resolve(session.services, code), done=follow)

    def run(code: str) -> None:
        if code.strip() and session.scanner.admits(code, session.now()):
            action.run(code)

    return Action(run, action.busy, action.problem, action.forget_problem)


def use_wedge(on_code: Callable[[str], None]) -> None:
    """Hears a scanner that types while no field has the focus, as long as the component is on screen."""
    session = use_session()
    latest: ft.MutableRef[Callable[[str], None]] = ft.use_ref()
    latest.current = on_code
    own: ft.MutableRef[Callable[[str], None]] = ft.use_ref()

    def hear(code: str) -> None:
        if latest.current is not None:
            latest.current(code)

    def attach() -> None:
        own.current = session.scanner.on_code = hear

    def detach() -> None:
        if session.scanner.on_code is own.current:  # the next screen may have come before this one went
            session.scanner.on_code = None

    use_attached(attach, detach)


@safe
def ScannerEar() -> ft.Control:
    """Hears a scanner on every screen that does not; nothing to see but the reason why a code could not be followed."""
    session = use_session()
    route = use_navigation().route
    scan = use_scan()

    def attach() -> None:
        session.scanner.otherwise = scan.run

    def detach() -> None:
        session.scanner.otherwise = None

    use_attached(attach, detach)
    ft.use_effect(scan.forget_problem, [route])
    return ScanProblem(scan.problem)


@safe
def ScanProblem(problem: ActionProblem | None) -> ft.Control:
    """Why a code could not be followed; nothing where it could."""
    translator = use_text()
    if problem is None:
        return ft.Container()
    words = problem.in_words(translator)
    return band(words, waiting=False, identifier="scan-problem")


def code_sentence(resolved: Resolved) -> str:
    """The message key that says why nothing was opened."""
    code = resolved.answer.code
    if resolved.answer.is_product_name:
        return "scan.as_name"
    if code.error is not None:
        return code.error
    match code.kind:
        case ScanKind.PRODUCT | ScanKind.GS1:
            return "scan.product_not_here"
        case ScanKind.LOYALTY:
            return "scan.customer_not_here"
        case ScanKind.HANDOVER:
            return "scan.handover_not_here"
        case ScanKind.ENROLMENT:
            return "scan.enrolment_here"
        case ScanKind.FOREIGN_LINK:
            return "scan.foreign_link"
        case ScanKind.UNKNOWN:
            return "scan.unknown"
