"""The page's address as a GS1-conformant resolver: link types, the linkset, the description file, GS1's own vectors."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from sync.protocol.importing import ImportedRecord
from tests.support.shelf_hub import SHIRT, SITE, Phone, ShelfHub
from tests.support.shelf_shop import NOW, SHIRT_M, priced, promotion, variant

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "gs1_digital_link.json").read_text("utf-8"))
VOC = "https://ref.gs1.org/voc/"
DEFAULT = 307
"""What the vectors expect where an address leads to its default link; ours is the page itself."""


def with_video(hub: ShelfHub, address: str = "https://video.example.com/kemeja") -> None:
    shirt: list[ImportedRecord] = priced(
        "kemeja linen", variant("linen m", SHIRT_M, "M"), price=349_000_00, video_url=address
    )
    hub.say(*shirt)


@pytest.mark.parametrize("vector", VECTORS["resolver_http"], ids=lambda one: str(one["input"]))
def test_gs1s_own_requests_are_answered(shelf_hub: ShelfHub, vector: dict[str, Any]) -> None:
    shelf_hub.say(*priced("vektor", variant("vektor", "09506000134376", "M"), price=100))
    site = replace(SITE, links={"registerProduct": "https://toko.example/register?gtin={gtin}"})
    answer = shelf_hub.phone(shelf_hub.app_over(shelf_hub.source, site)).get(vector["input"])
    asks_another = "linktype" in vector["input"]
    expected = vector["expected_status"]
    assert answer.status_code == (200 if expected == DEFAULT and not asks_another else expected)
    if asks_another:
        assert answer.headers["location"] == "https://toko.example/register?gtin=09506000134376"


@pytest.mark.parametrize("name", ["linkType", "linktype"])
@pytest.mark.parametrize("prefix", ["gs1:", VOC, "https://gs1.org/voc/", ""])
def test_a_link_type_leads_to_its_part_of_the_page(phone: Phone, name: str, prefix: str) -> None:
    answer = phone.get(f"{SHIRT}?lang=en&{name}={prefix}review")
    assert (answer.status_code, answer.headers["location"]) == (307, f"{SHIRT}?lang=en#reviews")
    answer = phone.get(f"{SHIRT}?{name}={prefix}pip")
    assert (answer.status_code, answer.headers["location"]) == (307, SHIRT)
    assert phone.get(f"{SHIRT}?{name}={prefix}defaultLink").headers["location"] == SHIRT


@pytest.mark.parametrize("link_type", ["gs1:nothing", "gs1:promotion", "gs1:relatedVideo", "", "gs1:", "x" * 300])
def test_a_link_that_is_not_there_is_not_found(phone: Phone, link_type: str) -> None:
    assert phone.get(f"{SHIRT}?linkType={link_type}").status_code == 404


def test_promotion_and_video_are_linked_where_there_are_any(shelf_hub: ShelfHub) -> None:
    with_video(shelf_hub)
    shelf_hub.say(promotion("hemat", starts=NOW, ends=NOW + timedelta(days=1)))
    phone = shelf_hub.phone()
    assert phone.get(f"{SHIRT}?linkType=gs1:promotion").headers["location"] == f"{SHIRT}#promotion"
    answer = phone.get(f"{SHIRT}?linkType=gs1:relatedVideo&secret=1")
    assert (answer.status_code, answer.headers["location"]) == (307, "https://video.example.com/kemeja")


@pytest.mark.parametrize("address", ["javascript:alert(1)", "//evil.example/x", "https://", "https://[", "ftp://a.b/c"])
def test_what_is_no_web_address_is_never_linked(shelf_hub: ShelfHub, address: str) -> None:
    with_video(shelf_hub, address)
    phone = shelf_hub.phone()
    assert phone.get(f"{SHIRT}?linkType=gs1:relatedVideo").status_code == 404
    assert address not in phone.get(SHIRT).text.replace("https://toko.example", "").replace("https://schema.org", "")


@pytest.mark.parametrize(
    "how", [{"path": "?linkType=linkset"}, {"path": "?linktype=all"}, {"accept": "application/linkset+json"}]
)
def test_the_linkset_is_told_and_never_redirected(phone: Phone, how: dict[str, str]) -> None:
    answer = phone.get(SHIRT + how.get("path", ""), accept=how.get("accept", "*/*"))
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/linkset+json")
    (told,) = answer.json()["linkset"]
    anchor = f"https://toko.example{SHIRT}"
    assert told["anchor"] == anchor
    assert told[f"{VOC}defaultLink"] == [{"href": anchor, "title": "Kemeja Linen"}]
    assert told[f"{VOC}pip"][0] == {
        "href": anchor,
        "title": "Kemeja Linen",
        "type": "text/html",
        "hreflang": ["id", "en"],
    }
    assert told[f"{VOC}review"][0]["href"] == f"{anchor}#reviews"
    for targets in (value for name, value in told.items() if name.startswith(VOC)):
        assert all(one["href"] and one["title"] for one in targets)


def test_an_unknown_product_has_no_links(phone: Phone) -> None:
    for query in ("linkType=linkset", "linkType=gs1:pip"):
        assert phone.get(f"/01/09506000134376?{query}").status_code == 404


def test_every_answer_about_a_product_names_its_linkset(phone: Phone) -> None:
    for query in ("", "?linkType=gs1:pip", "?linkType=linkset"):
        link = phone.get(SHIRT + query).headers["link"]
        assert f'<https://toko.example{SHIRT}?linkType=linkset>; rel="linkset"; type="application/linkset+json"' in link
        assert 'rel="http://www.w3.org/ns/json-ld#context"' in link


def test_other_sites_may_read_the_links_without_cookies(phone: Phone) -> None:
    asked = phone.ask("OPTIONS", SHIRT, headers={"origin": "https://other.example"})
    assert (asked.status_code, asked.headers["access-control-allow-origin"]) == (204, "*")
    assert "GET" in asked.headers["access-control-allow-methods"]
    assert phone.get(f"{SHIRT}?linkType=linkset").headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-origin" not in phone.get("/shelf/saved").headers


def test_the_resolver_describes_itself(phone: Phone) -> None:
    answer = phone.get("/.well-known/gs1resolver")
    assert answer.headers["content-type"] == "application/json"
    told = answer.json()
    assert (told["resolverRoot"], told["supportedPrimaryKeys"]) == ("https://toko.example", ["01"])
    assert told["supportedLinkType"] == [{"namespace": VOC, "prefix": "gs1:"}]


@pytest.mark.parametrize(
    ("accept", "is_whole_set"),
    [
        ("application/linkset+json", True),
        ("text/html, Application/Linkset+JSON; q=0.5", True),
        ("text/html, application/linkset+json;q=0", False),
        ("application/linkset+json-seq, text/html", False),
    ],
)
def test_the_linkset_is_given_to_who_takes_it(phone: Phone, accept: str, is_whole_set: bool) -> None:
    kind = phone.get(SHIRT, accept=accept).headers["content-type"]
    assert kind.startswith("application/linkset+json") == is_whole_set
