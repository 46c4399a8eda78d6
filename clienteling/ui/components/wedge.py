"""From a code to where it leads, whatever way it came in: typed, by a scanner that types, or out of a picture.

A product or a customer is opened at once. Everything else is shown where the person is; nothing a code says is opened.
"""

from collections.abc import Callable

import flet as ft

from clienteling.domain.codes import ScanKind
from clienteling.ui.components.variants import variant_words
from clienteling.ui.hooks import Action, use_action, use_session
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
    title = resolved.product.name if resolved.product is not None else session.translator.text("scan.card")
    detail = variant_words(resolved.variant) if resolved.variant is not None else ""
    session.scanner.remember(PastScan(title, detail, resolved.place, session.now()))


def opens_at_once(resolved: Resolved) -> bool:
    """Whether nothing has to be said first: an address of somebody else on the label does."""
    return resolved.place is not None and not resolved.answer.code.foreign_host


def use_scan(show: Callable[[Resolved], None]) -> Action[[str]]:
    """`run(code)` opens what the code leads to; `show` gets what cannot be opened at once.

    A code that comes in twice, as keys and as a field's text, counts once.
    """
    session = use_session()

    def follow(resolved: Resolved) -> None:
        remember(session, resolved)
        if resolved.place is not None and opens_at_once(resolved):
            session.go(resolved.place)
        else:
            show(resolved)

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

    ft.use_effect(attach, [], cleanup=detach)


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
            return "scan.handover_not_yet"
        case ScanKind.ENROLMENT:
            return "scan.enrolment_not_yet"
        case ScanKind.FOREIGN_LINK:
            return "scan.foreign_link"
        case ScanKind.UNKNOWN:
            return "scan.unknown"
