"""Which address a wrong enrolment code is counted for."""

from starlette.requests import Request

from clienteling.central_host import client_of


def request(peer: str, *forwarded: str) -> Request:
    headers = [(b"x-forwarded-for", one.encode()) for one in forwarded]
    return Request({"type": "http", "client": (peer, 1), "headers": headers, "method": "POST", "path": "/v1/enrol"})


def test_an_address_that_says_it_is_another_one_is_still_itself() -> None:
    assert client_of([])(request("192.0.2.1", "198.51.100.7")) == "192.0.2.1"
    assert client_of(["10.0.0.0/8"])(request("192.0.2.1", "198.51.100.7")) == "192.0.2.1"


def test_a_proxy_of_ours_says_who_asks_and_what_was_said_to_it_does_not_count() -> None:
    of = client_of(["10.0.0.0/8"])
    assert of(request("10.0.0.1", "203.0.113.5, 198.51.100.7")) == "198.51.100.7"
    assert of(request("10.0.0.1", "203.0.113.5", "198.51.100.7, 10.0.0.2")) == "198.51.100.7"
