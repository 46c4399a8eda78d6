"""Ids that rules make are UUIDv5, put together by hand: they must stay those that are in every database already."""

import uuid

from hypothesis import given
from hypothesis import strategies as st

from sync.protocol.ids import NAMESPACE, is_uuid, rule_id

WORDS = st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=20), max_size=4)


@given(WORDS)
def test_a_rule_id_is_the_uuid5_of_its_parts(parts: list[str]) -> None:
    made = rule_id(*parts)
    assert made == str(uuid.uuid5(NAMESPACE, "\x1f".join(parts)))
    assert is_uuid(made)
