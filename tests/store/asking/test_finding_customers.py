"""Look-up finds whoever is there, however they are typed, and tells people of one name apart."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from clienteling.domain.views import MatchReason
from clienteling.store import name_index
from clienteling.store.unpack import rebuild_search, unpack_records
from sync.protocol.kinds import Kind, RecordKey
from sync.protocol.search_keys import near_misses, plain_words
from tests.store.asking.shop import BANDUNG, MAKASSAR, NOW, Shop, ago, make_id, open_shop


@pytest.fixture
def sitis(shop: Shop) -> list[str]:
    """Fourteen Sitis, as a shop in Bandung has them."""
    names = ["Siti Rahmawati", "Siti Aminah", "Siti Nurhayati", "Sitti Khadijah", "Siti Rahma", "Siti"]
    names += [
        f"Siti {word}" for word in ("Zubaidah", "Maryam", "Aisyah", "Fatimah", "Halimah", "Mariam", "Sarah", "Hajar")
    ]
    for number, name in enumerate(names):
        shop.customer(name, phone=f"+62812000044{number:02d}", home_store_id=BANDUNG if number % 2 else MAKASSAR)
    return names


def test_fourteen_sitis_are_found_by_three_letters_and_told_apart(shop: Shop, sitis: list[str]) -> None:
    shop.put(Kind.LOYALTY_ACCOUNT, "card", customer_id=make_id("Siti Aminah"), number="LY-1", tier="Emas", as_of=ago(1))
    shop.order("1", make_id("Siti Aminah"), placed_at=ago(12))
    rows = shop.rows("sit", 50)
    assert sorted(row.name for row in rows) == sorted(sitis)
    assert len({row.phone_tail for row in rows}) == 14
    first = rows[0]
    assert (first.name, first.phone_tail, first.home_store, first.tier, first.loyalty_number) == (
        "Siti Aminah",
        "4401",
        "Toko Bandung",
        "Emas",
        "LY-1",
    )
    assert first.last_visit_at == NOW - timedelta(days=12)
    assert {row.why for row in rows} == {MatchReason.NAME}


def test_hundreds_seen_at_one_moment_are_placed_in_as_many_steps(shop: Shop) -> None:
    """A till that tells the day alone gives all visits of a day one moment."""
    names = [f"Siti {number}" for number in range(300)]
    for name in names:
        shop.customer(name, home_store_id=BANDUNG)
    orders = {
        RecordKey(Kind.ORDER, make_id(f"order {name}")): {
            "customer_id": make_id(name),
            "placed_at": ago(1),
            "location_id": BANDUNG,
        }
        for name in names
    }
    steps: list[str] = []
    driven: Any = shop.connection.connection.driver_connection
    driven.set_trace_callback(steps.append)
    for batch in (list(orders.items())[:150], list(orders.items())[150:]):
        unpack_records(shop.connection, batch)
    driven.set_trace_callback(None)
    assert sum("seen_here" in step for step in steps) < 5 * len(names)
    assert shop.connection.exec_driver_sql("SELECT count(*) FROM seen_here").scalar_one() == len(names)


def test_words_match_in_any_order_as_beginnings(shop: Shop, sitis: list[str]) -> None:
    assert shop.find("rah siti") == ["Siti Rahmawati", "Siti Rahma"]
    assert shop.find("siti rahmaw") == ["Siti Rahmawati"]


def test_more_is_told_only_where_more_fit(shop: Shop, sitis: list[str]) -> None:
    from clienteling.store.search import look_up

    rows, more = look_up(shop.connection, "siti", 5, store_id=BANDUNG, now=NOW)
    assert (len(rows), more) == (5, True)
    rows, more = look_up(shop.connection, "siti", 14, store_id=BANDUNG, now=NOW)
    assert (len(rows), more) == (14, False)


def test_who_was_seen_here_lately_comes_first_newest_in_front(shop: Shop, sitis: list[str]) -> None:
    shop.order("1", make_id("Siti Hajar"), placed_at=ago(80))
    shop.order("2", make_id("Siti Sarah"), placed_at=ago(3))
    shop.order("3", make_id("Siti Maryam"), placed_at=ago(1), location_id=MAKASSAR)
    shop.order("4", make_id("Siti Zubaidah"), placed_at=ago(100))
    assert shop.find("siti", 3) == ["Siti Sarah", "Siti Hajar", "Siti Rahmawati"]


def test_collecting_an_online_order_is_a_visit(shop: Shop, sitis: list[str]) -> None:
    pickup = {"location_id": BANDUNG, "status": "collected", "since_at": ago(2)}
    shop.order("1", make_id("Siti Hajar"), channel="online", location_id=None, placed_at=ago(9), pickup=pickup)
    assert shop.find("siti", 1) == ["Siti Hajar"]
    assert shop.rows("siti", 1)[0].last_visit_at == NOW - timedelta(days=2)
    shop.remove(Kind.ORDER, "order 1")
    assert shop.rows("siti hajar", 1)[0].last_visit_at is None


def test_the_list_follows_the_device_to_another_store(shop: Shop, sitis: list[str]) -> None:
    shop.order("1", make_id("Siti Hajar"), placed_at=ago(1))
    shop.order("2", make_id("Siti Sarah"), placed_at=ago(1), location_id=MAKASSAR)
    shop.stand_in(MAKASSAR)
    shop.write({})
    assert shop.find("siti", 1) == ["Siti Sarah"]


def test_the_list_of_those_seen_lately_stays_short(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(name_index, "MAX_SEEN_LATELY", 3)
    for day in range(1, 8):
        shop.customer(f"Ani {day}", home_store_id=BANDUNG)
        shop.order(f"{day}", make_id(f"Ani {day}"), placed_at=ago(10 - day))
    assert shop.find("ani", 3) == ["Ani 7", "Ani 6", "Ani 5"]
    assert shop.connection.exec_driver_sql("SELECT count(*) FROM seen_here").scalar_one() == 3


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("Muhammad Rizki", "mohamad riz"),
        ("Muhammad Rizki", "moh rizki"),
        ("Muhammad Rizki", "m. rizki"),
        ("M. Rizki", "muhammad rizki"),
        ("Muh. Rizki", "mochammad"),
        ("Mhd Rizki", "muhammad"),
        ("Suharto", "soeh"),
        ("Soeharto", "suharto"),
        ("Joko", "djok"),
        ("Djoko", "jok"),
        ("Cahyono", "tjahjo"),
        ("Tjahjono", "cahyono"),
        ("Rahmat", "rachmat"),
        ("Syarif", "sjarif"),
        ("Khadijah", "hadija"),
        ("Fatimah", "fatima"),
        ("Fatima", "fatimah"),
        ("Fitry", "fitri"),
        ("Annisa", "anisa"),
        ("Nur'aini", "nuraini"),
        ("Nuraini", "nur'aini"),
        ("Nur'aini", "aini"),
        ("Nur Haliza", "nurhaliza"),
        ("Nurhaliza", "nur haliza"),
        ("José Łukasz", "jose lukasz"),
        ("Suharti", "bu suharti"),
        ("H. Ahmad Dahlan", "ahmad"),
        ("Ahmad Dahlan", "h. achmad"),
        ("Ahmad Dahlan", "drs. ahmad dahlan, m.si."),
    ],
)
def test_a_name_is_found_in_its_familys_other_spellings(shop: Shop, name: str, typed: str) -> None:
    shop.customer(name)
    shop.customer("Bambang")
    assert shop.find(typed) == [name]


def test_a_name_stays_found_between_the_two_letters_of_an_old_spelling(shop: Shop) -> None:
    shop.customer("Rahmat")
    assert [shop.find("rachmat"[:length]) for length in range(1, 8)] == [["Rahmat"]] * 7


def test_names_as_typed_come_before_other_spellings(shop: Shop) -> None:
    for name in ("Suharto", "Suhartini", "Soeharto"):
        shop.customer(name)
    assert shop.find("soeh", 1) == ["Soeharto"]
    shop.order("1", make_id("Suhartini"), placed_at=ago(1))
    shop.order("2", make_id("Soeharto"), placed_at=ago(2))
    assert shop.find("soeh", 3) == ["Soeharto", "Suhartini", "Suharto"]


@pytest.mark.parametrize("typed", ["hatono", "harxtono", "harfono", "hratono", "hartnoo", "jartono", "hartomo"])
def test_one_typing_mistake_is_forgiven_and_said(shop: Shop, typed: str) -> None:
    shop.customer("Budi Hartono")
    (row,) = shop.rows(typed)
    assert (row.name, row.why) == ("Budi Hartono", MatchReason.SIMILAR_NAME)


def test_a_mistake_is_not_looked_for_where_a_name_fits(shop: Shop) -> None:
    shop.customer("Siti Rahma")
    shop.customer("Siti Rahmawati")
    assert shop.find("siti rahmaw") == ["Siti Rahmawati"]


def test_a_typing_mistake_is_forgiven_in_the_beginning_of_a_longer_name(shop: Shop) -> None:
    shop.customer("Siti Rahmawati")
    assert shop.find("rahnaw") == ["Siti Rahmawati"]
    assert shop.find("siti rahnaw") == ["Siti Rahmawati"]


def test_short_words_and_two_mistakes_are_not_forgiven(shop: Shop) -> None:
    shop.customer("Budi Hartono")
    assert shop.find("bidu") == []
    assert shop.find("hatomo") == []


@pytest.mark.parametrize(
    "typed",
    [
        "081234567890",
        "0812-3456-7890",
        "+62 812 3456 7890",
        "6281234567890",
        "0812 34",
        "81234567",
        "7890",
        "567890",
        "890",
    ],
)
def test_a_phone_is_found_in_any_spelling_and_by_its_end(shop: Shop, typed: str) -> None:
    shop.customer("Agus", phone="+6281234567890")
    shop.customer("Budi", phone="+6281311112222")
    (row,) = shop.rows(typed)
    assert (row.name, row.why) == ("Agus", MatchReason.PHONE)


def test_a_number_nobody_could_read_is_still_found_by_its_digits(shop: Shop) -> None:
    shop.customer("Agus", phone="", phone_typed="12 34 (kantor)")
    assert shop.find("1234") == ["Agus"]


def test_a_name_with_the_last_digits_leaves_one_of_many(shop: Shop, sitis: list[str]) -> None:
    assert shop.find("siti 4403") == ["Sitti Khadijah"]
    assert shop.find("maryam 4403") == []


@pytest.mark.parametrize(
    "typed", ["siti.rahma@example.com", "Siti.Rahma@Example.com", "siti.rahma@", "siti.ra", "siti.rahma"]
)
def test_an_email_is_found_whole_or_by_its_beginning(shop: Shop, typed: str) -> None:
    shop.customer("Ibu Rahma", email="siti.rahma@example.com")
    (row,) = shop.rows(typed)
    assert (row.name, row.why) == ("Ibu Rahma", MatchReason.EMAIL)


@pytest.mark.parametrize("typed", ["siti@", "SITI@", "siti.ra@", "siti@surel", "siti.rahma@surel.id"])
def test_an_email_is_found_while_it_is_being_typed(shop: Shop, typed: str) -> None:
    shop.customer("Ibu Rahma", email="siti.rahma@surel.id")
    shop.customer("Bu Ratna", email="sita.ratna@surel.id")
    (row,) = shop.rows(typed)
    assert (row.name, row.why) == ("Ibu Rahma", MatchReason.EMAIL)


@pytest.mark.parametrize("typed", ["siti@kotak", "@surel", "@", "rahma@"])
def test_another_email_is_not_found(shop: Shop, typed: str) -> None:
    shop.customer("Ibu Rahma", email="siti.rahma@surel.id")
    assert shop.find(typed) == []


def test_emails_that_begin_as_typed_come_first(shop: Shop) -> None:
    shop.customer("Bu Ani", email="siti.ani@surel.id")
    shop.customer("Bu Wawan", email="siti@surel.id")
    assert shop.find("siti@") == ["Bu Wawan", "Bu Ani"]


def test_a_card_is_found_whole_or_by_its_beginning_and_leaves_with_its_account(shop: Shop) -> None:
    customer_id = shop.customer("Agus")
    fields = {"customer_id": customer_id, "tier": "Emas", "as_of": ago(1)}
    shop.put(Kind.LOYALTY_ACCOUNT, "card", number="LY-0012-34", **fields)
    assert [row.why for row in shop.rows("ly001234")] == [MatchReason.LOYALTY]
    assert shop.find("LY-0012") == ["Agus"]
    shop.put(Kind.LOYALTY_ACCOUNT, "card", number="LY-9999", **fields)
    assert shop.find("LY-0012") == []
    assert shop.find("LY-9999") == ["Agus"]
    shop.remove(Kind.LOYALTY_ACCOUNT, "card")
    assert shop.find("LY-9999") == []


def test_an_exact_key_comes_before_every_name(shop: Shop) -> None:
    for number in range(30):
        shop.customer(f"Siti {number}", email=f"siti@example.com.{number}")
    shop.customer("Wawan", email="siti@example.com")
    assert shop.find("siti@example.com")[0] == "Wawan"


def test_a_merged_customer_is_shown_once_under_the_name_that_stands(shop: Shop) -> None:
    kept = shop.customer("Siti Aminah", phone="+62811111111")
    shop.customer("St. Aminah", phone="+62822222222", alias_of=kept)
    assert [row.customer_id for row in shop.rows("aminah")] == [kept]
    assert [row.customer_id for row in shop.rows("0822222222")] == [kept]


def test_a_new_name_is_found_and_the_old_one_is_not(shop: Shop) -> None:
    shop.customer("Suharti", ref="one", phone="+62811111111")
    shop.order("1", make_id("one"), placed_at=ago(1))
    shop.customer("Wartini", ref="one", phone="+62822222222")
    assert shop.find("suharti") == shop.find("0811111111") == []
    assert shop.find("wartini") == shop.find("0822222222") == ["Wartini"]


def test_a_customer_who_leaves_leaves_no_word_behind(shop: Shop) -> None:
    shop.customer("Ramelan Wiryodiningrat", email="ramelan@example.com", phone="+6281234567890")
    shop.order("1", make_id("Ramelan Wiryodiningrat"), placed_at=ago(1))
    shop.customer("Ramelan", ref="other")
    shop.connection.commit()
    shop.remove(Kind.ORDER, "order 1")
    shop.remove(Kind.CUSTOMER, "Ramelan Wiryodiningrat")
    shop.connection.commit()
    left = shop.connection.exec_driver_sql("SELECT word FROM name_word").scalars().all()
    assert list(left) == ["ramelan"]
    tables = shop.connection.exec_driver_sql(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'"
    )
    for table in tables.scalars().all():
        for row in shop.connection.exec_driver_sql(f'SELECT * FROM "{table}"').all():
            assert b"wiryodin" not in b" ".join(
                str(cell).encode() if not isinstance(cell, bytes) else cell for cell in row
            )


def test_made_again_the_index_answers_the_same(shop: Shop, sitis: list[str]) -> None:
    shop.order("1", make_id("Siti Hajar"), placed_at=ago(80))
    asked = ["siti", "rah siti", "sity rahnawati", "4403", "siti 44"]
    before = [shop.find(text) for text in asked]
    rebuild_search(shop.connection)
    assert [shop.find(text) for text in asked] == before


@pytest.mark.parametrize(
    "typed", ["", "   ", "\x00", "''", '"', "*", "AND", "siti OR", "NEAR(", "%", "@", "🙂", "-" * 300, "9" * 300]
)
def test_whatever_is_typed_is_answered(shop: Shop, sitis: list[str], typed: str) -> None:
    assert set(shop.find(typed)) <= set(sitis)


_LETTERS = st.text("abdehijklmnorstuwy", min_size=1, max_size=10)
_NAMES = st.lists(_LETTERS, min_size=1, max_size=3).map(" ".join)


@pytest.fixture(scope="module")
def crowd() -> object:
    with open_shop() as shop:
        yield shop


def _only(shop: Shop, names: list[str]) -> None:
    """The shop holds these customers and no others."""
    held = shop.connection.exec_driver_sql("SELECT id FROM customer_entry").scalars().all()
    shop.write({RecordKey(Kind.CUSTOMER, one): None for one in held})
    shop.write({RecordKey(Kind.CUSTOMER, make_id(name)): {"id": make_id(name), "name": name} for name in names})


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(names=st.lists(_NAMES, min_size=1, max_size=5, unique=True), choice=st.randoms(use_true_random=False))
def test_whoever_is_there_is_found_by_any_beginning_of_any_word(crowd: Shop, names: list[str], choice: object) -> None:
    _only(crowd, names)
    name = choice.choice(names)  # type: ignore[attr-defined]  # Hypothesis hands out a Random
    word = choice.choice(name.split())  # type: ignore[attr-defined]
    typed = word[: choice.randint(1, len(word))]  # type: ignore[attr-defined]
    assert name in crowd.find(typed)


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(names=st.lists(_NAMES, min_size=1, max_size=5, unique=True), choice=st.randoms(use_true_random=False))
def test_whoever_is_there_is_found_with_one_mistake(crowd: Shop, names: list[str], choice: object) -> None:
    words = [(name, word) for name in names for word in name.split() if len(word) >= 6]
    assume(words)
    _only(crowd, names)
    name, word = choice.choice(words)  # type: ignore[attr-defined]
    typed = choice.choice(sorted(near_misses(word[: choice.randint(6, len(word))])))  # type: ignore[attr-defined]
    rows = crowd.rows(typed)
    assert name in [row.name for row in rows] or rows[0].why is MatchReason.NAME  # somebody is called like that


@settings(max_examples=60)
@given(text=st.text(max_size=30))
def test_words_hold_letters_and_digits_only(text: str) -> None:
    assert all(word.isalnum() for word in plain_words(text))
