"""Addresses and places: each the other's inverse, whatever stands in them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clienteling.domain.views import SPANS
from clienteling.ui.places import (
    AttentionPlace,
    CustomerPlace,
    CustomerTab,
    FiguresPlace,
    FindPlace,
    HandoverPlace,
    Place,
    ProductPlace,
    ScanPlace,
    SettingsPlace,
    TodayPlace,
    UnknownPlace,
    path_of,
    place_at,
    query_value,
)
from clienteling.ui.session import Navigation

_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
_id = _text.filter(lambda text: text.strip("/") == text and text not in ("", ".", ".."))
_places = st.one_of(
    st.just(TodayPlace()),
    st.builds(FindPlace, _text),
    st.builds(CustomerPlace, _id, st.sampled_from(CustomerTab)),
    st.builds(ProductPlace, _id, st.none() | _text),
    st.builds(ScanPlace, st.none() | _text),
    st.builds(HandoverPlace, _id),
    st.just(AttentionPlace()),
    st.builds(FiguresPlace, st.sampled_from(SPANS)),
    st.just(SettingsPlace()),
)


@given(_places)
def test_every_place_survives_its_address(place: Place) -> None:
    assert place_at(path_of(place)) == place


@given(st.text(max_size=60))
def test_no_address_raises(route: str) -> None:
    place_at(route)


@pytest.mark.parametrize(
    ("route", "place"),
    [
        ("", TodayPlace()),
        ("/?lang=en", TodayPlace()),
        ("/find", FindPlace("")),
        ("/find?q=bu%20siti", FindPlace("bu siti")),
        ("/customers/abc/", CustomerPlace("abc")),
        ("/customers/abc?tab=notes", CustomerPlace("abc", CustomerTab.NOTES)),
        ("/customers/abc?tab=nothing", CustomerPlace("abc")),
        ("/customers", UnknownPlace("/customers")),
        ("/products/p1?variant=v2", ProductPlace("p1", "v2")),
        ("/scan", ScanPlace(None)),
        (
            "/scan?code=https%3A%2F%2Ftoko.example%2F01%2F08991234567894%3Fx%3D1",
            ScanPlace("https://toko.example/01/08991234567894?x=1"),
        ),
        ("/orders/1", UnknownPlace("/orders/1")),
        ("http://[", UnknownPlace("http://[")),
    ],
)
def test_addresses_people_type_lead_where_they_should(route: str, place: Place) -> None:
    assert place_at(route) == place


def test_language_is_read_from_the_query() -> None:
    assert query_value("/find?q=x&lang=en", "lang") == "en"
    assert query_value("/find", "lang") is None


def test_way_back_is_where_one_came_from_and_today_at_the_start() -> None:
    navigation = Navigation("/customers/a")
    assert navigation.way_back == "/"
    navigation.arrived("/products/p")
    navigation.arrived("/products/q")
    assert navigation.way_back == "/products/p"
    navigation.arrived("/products/p")
    assert navigation.way_back == "/customers/a"


def test_the_search_a_customer_was_opened_from_is_there_on_the_way_back_and_gone_where_one_begins_anew() -> None:
    navigation = Navigation("/")
    navigation.keep_search("sit")
    navigation.arrived("/customers/a")
    navigation.arrived("/customers/b")
    assert navigation.searched == "sit"  # in the list beside them
    navigation.arrived("/scan")
    assert navigation.searched == ""
    for route in ("/customers/b", "/customers/a", "/"):
        navigation.arrived(route)
    assert navigation.searched == "sit"
    navigation.forget_search("/")
    assert navigation.searched == ""


def test_a_place_that_led_on_at_once_is_not_on_the_way_back() -> None:
    navigation = Navigation("/")
    navigation.arrived("/scan?code=8991234567894")
    navigation.leave_out()
    navigation.arrived("/products/p1?variant=v2")
    assert navigation.way_back == "/"


def test_the_way_back_of_a_place_opened_by_its_address_that_led_on_is_today() -> None:
    navigation = Navigation("/scan?code=8991234567894")
    navigation.leave_out()
    navigation.arrived("/products/p1")
    assert navigation.way_back == "/"


def test_the_customer_opened_last_is_known_on_later_screens() -> None:
    navigation = Navigation("/")
    assert navigation.last_customer_id is None
    navigation.arrived("/customers/a")
    navigation.arrived("/products/p1")
    assert navigation.last_customer_id == "a"
