"""How often one address may ask."""

import pytest

from clienteling.shelf.limits import PICTURE_COST, RateLimit, TrustedProxies


class Bench:
    """A limit, and a clock that the test moves."""

    def __init__(self, requests_a_minute: int = 600, *, max_addresses: int = 100) -> None:
        self.now_s = 0.0
        self.limit = RateLimit(requests_a_minute, monotonic=lambda: self.now_s, max_addresses=max_addresses)

    def passed(self, count: int, client: str = "192.0.2.1", *, over_s: float = 0.0, cost: float = 1.0) -> int:
        """How many of `count` requests pass that come evenly over the time."""
        passed = 0
        for _ in range(count):
            passed += self.limit.wait_s(client, cost=cost) == 0
            self.now_s += over_s / count
        return passed


def test_six_hundred_in_a_minute_pass_at_once_or_spread() -> None:
    assert Bench().passed(600) == 600
    assert Bench().passed(600, over_s=60) == 600


def test_six_thousand_in_a_minute_do_not() -> None:
    assert Bench().passed(6_000) == 600
    assert Bench().passed(6_000, over_s=60) == pytest.approx(1_200, abs=2)


def test_who_is_sent_away_is_told_when_to_come_again_and_then_passes() -> None:
    bench = Bench(6)
    assert bench.passed(6) == 6
    wait_s = bench.limit.wait_s("192.0.2.1")
    assert wait_s == 10
    bench.now_s += wait_s
    assert bench.limit.wait_s("192.0.2.1") == 0


def test_each_address_has_its_own_and_ipv6_is_counted_by_network() -> None:
    bench = Bench(1)
    assert [bench.limit.wait_s(one) == 0 for one in ("192.0.2.1", "192.0.2.2", "::ffff:192.0.2.1")] == [
        True,
        True,
        False,
    ]
    assert bench.limit.wait_s("2001:db8::1") == 0
    assert bench.limit.wait_s("2001:db8::ffff:1") > 0
    assert bench.limit.wait_s("2001:db8:0:1::1") == 0


def test_pictures_count_for_less() -> None:
    assert Bench(10).passed(200, cost=PICTURE_COST) == 80


def test_only_so_many_addresses_are_remembered() -> None:
    bench = Bench(1, max_addresses=2)
    for one in ("192.0.2.1", "192.0.2.2", "192.0.2.3"):
        bench.limit.wait_s(one)
    assert bench.limit.wait_s("192.0.2.3") > 0
    assert bench.limit.wait_s("192.0.2.1") == 0


@pytest.mark.parametrize(
    ("peer", "told", "client"),
    [
        ("198.51.100.9", "192.0.2.1", "198.51.100.9"),
        ("10.0.0.5", "192.0.2.1", "192.0.2.1"),
        ("10.0.0.5", "203.0.113.7, 192.0.2.1, 10.0.0.9", "192.0.2.1"),
        ("10.0.0.5", "", "10.0.0.5"),
        ("10.0.0.5", " , ", "10.0.0.5"),
        ("", "192.0.2.1", ""),
    ],
)
def test_a_proxy_is_believed_only_where_it_is_one_of_ours(peer: str, told: str, client: str) -> None:
    assert TrustedProxies(["10.0.0.0/8"]).client(peer, told) == client


@pytest.mark.parametrize(
    ("told", "client"),
    [
        ("192.0.2.1:41000", "192.0.2.1"),
        ("[2001:db8::1]:41000", "2001:db8::1"),
        ("[2001:db8::1]", "2001:db8::1"),
        ("2001:db8::1", "2001:db8::1"),
        ("192.0.2.1, 10.0.0.9:8080", "192.0.2.1"),
    ],
)
def test_a_port_that_a_proxy_tells_makes_nobody_another(told: str, client: str) -> None:
    assert TrustedProxies(["10.0.0.0/8"]).client("10.0.0.1", told) == client


def test_without_proxies_nobody_is_believed() -> None:
    assert TrustedProxies().client("127.0.0.1", "192.0.2.1") == "127.0.0.1"


def test_a_proxy_that_is_no_address_is_refused_at_start() -> None:
    with pytest.raises(ValueError, match="proxy"):
        TrustedProxies(["proxy.example"])
