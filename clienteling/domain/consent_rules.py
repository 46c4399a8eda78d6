"""What consents allow: which things can be asked, what holds, who may be contacted for what, and what not to do.

No clock is consulted. A no in one ledger stands against a yes in another unless whoever wrote the yes had that no
before them and named it. Ledgers bear on one another where people were merged, and where somebody answered for every
channel of a purpose at once (`any`).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from enum import StrEnum
from typing import Final

from clienteling.domain.views import ConsentView, Reach

SERVICE: Final = "service"
MARKETING: Final = "marketing"
PROFILING: Final = "profiling"
SURVEY: Final = "survey"
PHONE: Final = "phone"
EMAIL: Final = "email"
BY_NUMBER: Final = ("whatsapp", PHONE, "sms")
ANY: Final = "any"
"""Every channel of a purpose; of profiling, which needs none, the only one."""

CHANNELS_OF: Final[Mapping[str, tuple[str, ...]]] = {
    SERVICE: ("whatsapp", "phone", "sms", "email"),
    MARKETING: ("email", "whatsapp", "sms", "phone", "post"),
    PROFILING: (ANY,),
    SURVEY: ("whatsapp", "email", "sms", "phone"),
}
"""Everything that makes sense to be asked. Nobody asks by letter how it was, or tells that an order waits."""

ASKED: Final[tuple[tuple[str, str], ...]] = (
    (SERVICE, "whatsapp"),
    (SERVICE, "phone"),
    (MARKETING, "email"),
    (MARKETING, "whatsapp"),
    (MARKETING, "sms"),
    (MARKETING, "phone"),
    (PROFILING, ANY),
    (SURVEY, "whatsapp"),
)
"""What a store asks every customer, in this order; all of it is in CHANNELS_OF. The one list to change."""


class Permission(StrEnum):
    """Whether somebody may be contacted, and why."""

    AGREED = "agreed"
    ASKED_FOR = "asked_for"
    NEVER_ASKED = "never_asked"
    REFUSED = "refused"
    RESTRICTED = "restricted"
    """They asked that what is known of them be kept and not used: whatever they agreed to before."""

    @property
    def is_given(self) -> bool:
        return self in (Permission.AGREED, Permission.ASKED_FOR)


def may_contact(
    consents: Iterable[ConsentView], purpose: str, channel: str, *, asked_for: bool = False, restricted: bool = False
) -> Permission:
    """Whether a customer may be contacted for `purpose` by `channel`.

    consents   all that is known of this customer; several ledgers of one purpose and channel where people were merged
    asked_for  the customer asked for this very contact, as by an appointment or a promise: that is permission enough
               for service, unless they said no to it
    restricted the customer asked for that: then nobody contacts them
    """
    if restricted:
        return Permission.RESTRICTED
    bearing = [one for one in consents if one.purpose == purpose and one.channel in (channel, ANY)]
    answer = holding(bearing)
    if answer is not None:
        return Permission.AGREED if answer.granted else Permission.REFUSED
    return Permission.ASKED_FOR if asked_for and purpose == SERVICE else Permission.NEVER_ASKED


def holding(consents: Iterable[ConsentView]) -> ConsentView | None:
    """The answer that holds among ledgers that bear on one another: a no that no yes has seen, else a yes, else None.

    A yes for every channel never names a no for one of them: what was said of the one channel stands.
    """
    answered = [one for one in consents if one.granted is not None]
    yeses = [one for one in answered if one.granted]
    taken_back = {seen for one in yeses for seen in one.saw}
    noes = [one for one in answered if not one.granted and not taken_back.issuperset(_noes(one))]
    return next(iter((*noes, *yeses)), None)


def _noes(one: ConsentView) -> tuple[str | None, ...]:
    """The answers that say no; one that has no id is taken back by nothing."""
    return one.noes or (one.event_id,)


def allowed_channels(consents: Iterable[ConsentView], purpose: str, *, asked_for: bool = False) -> tuple[str, ...]:
    """The channels by which a customer may be contacted for a purpose."""
    known = tuple(consents)
    channels = CHANNELS_OF[purpose]
    return tuple(one for one in channels if may_contact(known, purpose, one, asked_for=asked_for).is_given)


def refused_channels(consents: Iterable[ConsentView], purpose: str) -> tuple[str, ...]:
    """The channels by which a customer does not want to be contacted for a purpose."""
    known = tuple(consents)
    return tuple(one for one in CHANNELS_OF[purpose] if may_contact(known, purpose, one) is Permission.REFUSED)


def is_never_called(consents: Iterable[ConsentView]) -> bool:
    """Whether a customer is not to be called at all: they refused calls about orders, or offers by phone.

    Who refused only the latter, and agreed to calls about orders, may be called about those.
    """
    known = tuple(consents)
    about_orders = may_contact(known, SERVICE, PHONE)
    about_offers = may_contact(known, MARKETING, PHONE)
    return about_orders is Permission.REFUSED or (
        about_offers is Permission.REFUSED and about_orders is not Permission.AGREED
    )


def reach(
    consents: Iterable[ConsentView],
    purpose: str,
    *,
    addresses: Collection[str],
    asked_for: bool = False,
    restricted: bool = False,
) -> Reach:
    """How a customer may be contacted for a purpose. `addresses`: the channels of which something is known to use.

    Who is `restricted` is not contacted at all.
    """
    if restricted:
        return Reach((), CHANNELS_OF[purpose])
    known = tuple(consents)
    refused = set(refused_channels(known, purpose)) | ({PHONE} if is_never_called(known) else set())
    allowed = allowed_channels(known, purpose, asked_for=asked_for)
    return Reach(
        tuple(one for one in allowed if one in addresses and one not in refused),
        tuple(one for one in CHANNELS_OF[purpose] if one in refused),
    )


def addresses_of(*, phone: str, email: str) -> frozenset[str]:
    """The channels for which there is an address. Where people live is not known here, so there is none by post."""
    return frozenset({*(BY_NUMBER if phone else ()), *((EMAIL,) if email else ())})


def may_suggest(consents: Iterable[ConsentView], *, restricted: bool = False) -> bool:
    """Whether to suggest something, from what they wished for, to who stands before us: unless they said no to that,
    or asked that nothing of theirs be used."""
    return may_contact(consents, PROFILING, ANY, restricted=restricted) not in (
        Permission.REFUSED,
        Permission.RESTRICTED,
    )


def with_never_asked(known: Iterable[ConsentView]) -> tuple[ConsentView, ...]:
    """One line for everything that is asked, in order, then whatever else is known.

    Where people were merged, the line says what holds, and names the answers of all their ledgers.
    """
    by_key: dict[tuple[str, str], list[ConsentView]] = {}
    for one in known:
        by_key.setdefault((one.purpose, one.channel), []).append(one)
    lines = {key: _one_line(ledgers, by_key.get((key[0], ANY), ())) for key, ledgers in by_key.items()}
    asked = [lines.get(key, _never_asked(key, by_key)) for key in ASKED]
    return (*asked, *(lines[key] for key in sorted(lines.keys() - set(ASKED))))


def what_not_to_do(consents: Iterable[ConsentView]) -> tuple[ConsentView, ...]:
    """Whatever was withdrawn or refused. Never having been asked is no prohibition to show, nor a permission."""
    return tuple(one for one in consents if one.granted is False)


def by_purpose(consents: Iterable[ConsentView]) -> tuple[tuple[str, tuple[ConsentView, ...]], ...]:
    """Lines of one purpose together, purposes in the order in which they first come."""
    groups: dict[str, list[ConsentView]] = {}
    for one in consents:
        groups.setdefault(one.purpose, []).append(one)
    return tuple((purpose, tuple(lines)) for purpose, lines in groups.items())


def _one_line(ledgers: Sequence[ConsentView], for_all: Sequence[ConsentView]) -> ConsentView:
    """What holds for one purpose and channel. A change is written to the first ledger, so it names its answer."""
    first = ledgers[0]
    stands = holding(ledgers) or first
    taken_back = {seen for one in ledgers if one.granted for seen in one.saw}
    noes = [no for one in ledgers if one.granted is False for no in _noes(one) if no is not None]
    return replace(
        first,
        granted=stands.granted,
        at=stands.at,
        pending=any(one.pending for one in ledgers),
        noes=tuple(one for one in noes if one not in taken_back),
        saw=tuple(sorted(taken_back)),
        to_name=_ids((*ledgers, *(() if first.channel == ANY else for_all))),
    )


def _never_asked(key: tuple[str, str], by_key: Mapping[tuple[str, str], Sequence[ConsentView]]) -> ConsentView:
    for_all = () if key[1] == ANY else by_key.get((key[0], ANY), ())
    return ConsentView(*key, granted=None, at=None, event_id=None, to_name=_ids(for_all))


def _ids(ledgers: Iterable[ConsentView]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.event_id for one in ledgers if one.event_id is not None))
