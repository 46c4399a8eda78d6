"""How many customers one associate may open in an hour."""

from clienteling.domain.access import Access
from clienteling.domain.reading_limit import LIFTED, MOST_IN_AN_HOUR, OPENED, REACHED, reading_of
from sync.protocol.audit import AuditKind

MANY = [(OPENED, f"{number}", "") for number in range(MOST_IN_AN_HOUR)]


def test_another_one_is_stopped_and_one_of_the_same_is_not() -> None:
    assert reading_of(MANY).stops("another")
    assert not reading_of(MANY + MANY).stops("7")
    assert not reading_of(MANY[1:]).stops("another")
    assert not reading_of([*MANY[1:], ("customer.looked_up", None, ""), ("contact.revealed", "x", "")]).stops("another")


def test_a_limit_that_was_lifted_counts_anew_and_is_noted_anew() -> None:
    lifted = reading_of([*MANY, (REACHED, None, ""), (LIFTED, None, ""), (OPENED, "another", "")])
    assert (lifted.customers, lifted.is_noted) == (frozenset({"another"}), False)
    assert reading_of([*MANY, (REACHED, None, "")]).is_noted


def test_its_words_are_the_audit_logs() -> None:
    assert (OPENED, REACHED, LIFTED) == (AuditKind.CUSTOMER_OPENED, AuditKind.LIMIT_REACHED, AuditKind.LIMIT_LIFTED)
    assert {access.value for access in Access} <= {kind.value for kind in AuditKind}
