"""Use cases with store, clock and ids bound: the `Services` that screens and commands are given."""

from collections.abc import Callable
from functools import partial

from clienteling.domain.signals import Signal
from clienteling.domain.sync_status import SyncStatus
from clienteling.scanning.code_rules import CodeRules
from clienteling.store.replica import LocalStore
from clienteling.use_cases.appointments import book_appointment, close_appointment, edit_appointment
from clienteling.use_cases.claim_order import claim_order, waiting_claims
from clienteling.use_cases.edit_contact import edit_contact
from clienteling.use_cases.edit_wishlist import add_to_wishlist, remove_from_wishlist
from clienteling.use_cases.follow_ups import create_follow_up, edit_follow_up, finish_follow_up, reopen_follow_up
from clienteling.use_cases.hand_over import attach_handover, open_handover
from clienteling.use_cases.label_orders import LabelSetup
from clienteling.use_cases.log_interaction import log_interaction
from clienteling.use_cases.look_up import look_up
from clienteling.use_cases.needs_attention import needs_attention, retry_attention, settle_attention
from clienteling.use_cases.note_access import note_access
from clienteling.use_cases.open_customer import open_customer
from clienteling.use_cases.open_product import held_pieces, open_product, read_reviews, search_products
from clienteling.use_cases.place_hold import cancel_hold, collect_hold, request_hold
from clienteling.use_cases.print_labels import label_services
from clienteling.use_cases.reading_limit import lift_reading_limit, reading_counts
from clienteling.use_cases.record_consent import confirm_consents, consent_ledger, record_consent
from clienteling.use_cases.resolve_scan import decode_frame, decode_picture, resolve_scan
from clienteling.use_cases.rights import Rights
from clienteling.use_cases.services import Services
from clienteling.use_cases.shelf_report import figures_file, shelf_figures
from clienteling.use_cases.today import associates, store_today, this_store, today
from clienteling.use_cases.write_note import revise_note, write_note
from sync.protocol.ids import IdMaker
from sync.protocol.phones import DEFAULT_REGION
from sync.protocol.times import Clock


def bind_services(
    store: LocalStore,
    *,
    status: Signal[SyncStatus],
    rules: CodeRules,
    now: Clock,
    wake: Callable[[], None],
    region: str = DEFAULT_REGION,
    new_id: Callable[[], str] | None = None,
    warnings: tuple[str, ...] = (),
    labels: LabelSetup | None = None,
    rights: Rights | None = None,
) -> Services:
    """Everything a screen may do with this store. `wake` asks the engine to sync soon."""
    make_id = new_id or IdMaker(now)
    rights = rights or Rights(store)
    return Services(
        status=status,
        changed=store.changed,
        store=partial(this_store, store),
        associates=partial(associates, store),
        today=partial(today, store, now=now),
        look_up=partial(look_up, store, now=now),
        customer=partial(open_customer, store, now=now),
        product=partial(open_product, store, now=now),
        held_pieces=partial(held_pieces, store, now=now),
        reviews=partial(read_reviews, store),
        search_products=partial(search_products, store, now=now),
        store_today=partial(store_today, store, now=now),
        resolve_scan=partial(resolve_scan, store, rules=rules),
        decode_picture=decode_picture,
        decode_frame=decode_frame,
        note_access=partial(note_access, store, now=now),
        rights=rights.of,
        reading_counts=partial(reading_counts, store, now=now),
        lift_reading_limit=partial(lift_reading_limit, store, rights, now=now),
        write_note=partial(write_note, store, now=now, new_id=make_id),
        add_to_wishlist=partial(add_to_wishlist, store, now=now, new_id=make_id),
        remove_from_wishlist=partial(remove_from_wishlist, store, now=now),
        request_hold=partial(request_hold, store, now=now, new_id=make_id),
        cancel_hold=partial(cancel_hold, store, now=now),
        collect_hold=partial(collect_hold, store, now=now),
        edit_contact=partial(edit_contact, store, now=now, region=region),
        record_consent=partial(record_consent, store, now=now, new_id=make_id),
        confirm_consents=partial(confirm_consents, store, now=now, new_id=make_id),
        consent_ledger=partial(consent_ledger, store),
        claim_order=partial(claim_order, store, now=now),
        waiting_claims=partial(waiting_claims, store),
        revise_note=partial(revise_note, store, now=now, new_id=make_id),
        create_follow_up=partial(create_follow_up, store, now=now, new_id=make_id),
        edit_follow_up=partial(edit_follow_up, store, now=now),
        finish_follow_up=partial(finish_follow_up, store, now=now, new_id=make_id),
        reopen_follow_up=partial(reopen_follow_up, store, now=now),
        book_appointment=partial(book_appointment, store, now=now, new_id=make_id),
        edit_appointment=partial(edit_appointment, store, now=now),
        close_appointment=partial(close_appointment, store, now=now),
        log_interaction=partial(log_interaction, store, now=now, new_id=make_id),
        handover=partial(open_handover, store, now=now),
        attach_handover=partial(attach_handover, store, now=now, new_id=make_id),
        attention=partial(needs_attention, store),
        settle_attention=partial(settle_attention, store, now=now),
        retry_attention=partial(retry_attention, store, now=now),
        shelf_figures=partial(shelf_figures, store, labels, rights, now=now),
        figures_file=partial(figures_file, store, rights),
        sync_now=wake,
        warnings=warnings,
        labels=label_services(store, labels, now=now) if labels is not None else None,
    )
