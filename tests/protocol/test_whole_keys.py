"""What is looked up online: keys of the local look-up, folded as the server folds a customer's own, and only whole."""

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.central_api.record_store import exact_keys as keys_of_record
from sync.protocol.kinds import Kind, RecordKey
from sync.protocol.search_keys import exact_keys, read_typed, whole_keys

CUSTOMER = "7c781460-9785-5fc2-93fc-6d18a0d8ed74"
SEPARATORS = st.sampled_from(["", " ", "-", ".", " - "])
MOBILES = st.from_regex(r"8[1-9][0-9]{7,9}", fullmatch=True)
LOCAL_PARTS = st.text("abcXYZ0189._+-é", min_size=1, max_size=20)
HOSTS = st.from_regex(r"[a-zA-Z]{1,8}(\.[a-zA-Z]{2,5}){1,2}", fullmatch=True)
CARDS = st.text(string.ascii_letters + string.digits, min_size=6, max_size=16).filter(
    lambda card: any(one.isdecimal() for one in card)
)


def kept(kind: Kind, **body: str) -> set[tuple[str, str]]:
    """The exact keys that the server keeps of a record."""
    found = keys_of_record(RecordKey(kind, CUSTOMER), {"customer_id": CUSTOMER, **body})
    return {(key_kind, key) for key_kind, (_, key) in found.items() if key}


@settings(max_examples=40)
@given(st.text(max_size=120))
def test_every_whole_key_is_one_the_local_look_up_asks_for(text: str) -> None:
    typed = read_typed(text)
    from_the_front = {("phone", beginning) for beginning in typed.phone_beginnings}
    assert set(whole_keys(text)) <= {*exact_keys(typed), *from_the_front}


@settings(max_examples=30)
@given(MOBILES, st.sampled_from(["0", "+62", "62", "0062"]), SEPARATORS)
def test_a_phone_in_any_writing_is_the_key_that_the_server_keeps(number: str, trunk: str, between: str) -> None:
    typed = f"{trunk}{between}{number[:3]}{between}{number[3:6]}{between}{number[6:]}"
    assert kept(Kind.CUSTOMER, phone=f"+62{number}") == {("phone", f"+62{number}")} <= set(whole_keys(typed))


@settings(max_examples=30)
@given(LOCAL_PARTS, HOSTS, st.sampled_from(["", " "]))
def test_an_e_mail_in_any_writing_is_the_key_that_the_server_keeps(name: str, host: str, around: str) -> None:
    stored = kept(Kind.CUSTOMER, email=f"{name}@{host}".lower())
    for typed in (f"{around}{name}@{host}{around}", f"{name}@{host}".upper()):
        assert stored == set(whole_keys(typed))


@settings(max_examples=30)
@given(CARDS, st.sampled_from(["", "-", "."]))
def test_a_card_in_any_writing_is_the_key_that_the_server_keeps(card: str, between: str) -> None:
    typed = f"{card[:3].lower()}{between}{card[3:].upper()}"
    assert kept(Kind.LOYALTY_ACCOUNT, number=card) <= set(whole_keys(typed))


@pytest.mark.parametrize(
    "text",
    ["", " ", "siti", "siti rahmawati", "4471", "siti 4471", "08123", "siti@", "@surel.id", "siti@surel", "AB12"],
)
def test_a_name_or_a_part_of_a_key_is_no_whole_key(text: str) -> None:
    assert whole_keys(text) == ()


def test_an_e_mail_too_long_to_be_read_whole_is_none() -> None:
    assert whole_keys(f"{'a' * 100}@surel.example") == ()
