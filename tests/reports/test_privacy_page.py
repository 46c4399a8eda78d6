"""Privacy documents as pages: whole in themselves, in both languages, and nothing in them is markup."""

import re
from html.parser import HTMLParser
from typing import Any

import pytest

from clienteling.i18n import load_translators
from clienteling.i18n.privacy_words import PrivacyWords
from clienteling.reports.privacy_page import privacy_page
from clienteling.settings import assets_dir

TRANSLATORS = {one.locale: one for one in load_translators(assets_dir() / "i18n").values()}
HOSTILE = '"><script>alert(1)</script>&<img src=x onerror=alert(1)>'
CUSTOMER = "018f0000-0000-7000-8000-000000000001"
SHIRT = "018f0000-0000-7000-8000-000000000002"

COPY: dict[str, Any] = {
    "document": "customer_copy", "request_id": CUSTOMER, "made_at": "2026-11-22T03:42:00Z", "customer_ids": [CUSTOMER],
    "records": {
        "customer": [{"id": CUSTOMER, "name": HOSTILE, "phone": "+62812", "email": "", HOSTILE: HOSTILE}],
        "order": [
            {
                "number": "INV/7", "currency": "IDR", "total_minor": 62_900_000, "placed_at": "2026-11-01T03:00:00Z",
                "lines": [{"name": "Kemeja", "quantity": 1, "price_minor": 62_900_000}],
            }
        ],
        "wishlist_item": [{"product_id": SHIRT, "added_at": "someday"}],
        "questionnaire": [{"answer": "blue"}],
    },
    "stores": [], "sources": [{"source": "shopify", "said": {"city": "Solo"}}],
    "accesses": [{"at": "2026-11-01T03:00:00Z", "what": "customer.opened", "associate_id": SHIRT, "role": "manager"}],
    "names": {SHIRT: "Kemeja Linen"},
}  # fmt: skip


class _Tags(HTMLParser):
    """Every tag and attribute of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: dict[str, str | None] = {}
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes.update(attrs)


def shown(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page.split("</style>")[1]))


@pytest.mark.parametrize("language", ["en", "id"])
def test_a_copy_shows_everything_and_runs_and_fetches_nothing(language: str) -> None:
    page = privacy_page(COPY, PrivacyWords(TRANSLATORS[language]))
    tags = _Tags(page)
    assert not {"script", "img", "link", "iframe", "form"} & set(tags.tags)
    assert not {"src", "href", "onerror", "onload", "style"} & set(tags.attributes)
    assert "default-src 'none'" in page
    text = shown(page)
    wanted = [
        "INV/7",
        "Rp629.000" if language == "id" else "Rp629,000",
        "Kemeja Linen",
        "someday",
        "blue",
        "Solo",
        "&lt;script&gt;alert(1)&lt;/script&gt;",
    ]
    assert [one for one in wanted if one not in text] == []
    assert page == privacy_page(COPY, PrivacyWords(TRANSLATORS[language]))


def test_the_languages_say_it_in_their_own_words() -> None:
    english, indonesian = (shown(privacy_page(COPY, PrivacyWords(TRANSLATORS[one]))) for one in ("en", "id"))
    assert "What is known about you" in english
    assert "Data yang tersimpan tentang Anda" in indonesian
    assert "opened" in english
    assert "dibuka" in indonesian


def test_a_certificate_names_devices_that_have_not_confirmed_first() -> None:
    device = {"name": "Tablet 2", "state": "awaited", "confirmed_at": None, "lease_ends_at": None}
    document: dict[str, Any] = {
        "document": "erasure_certificate", "state": "waiting", "devices_not_confirmed": 1, "records_erased": 3,
        "devices": [{**device, "name": "Tablet 1", "state": "confirmed"}, device],
    }  # fmt: skip
    text = shown(privacy_page(document, PrivacyWords(TRANSLATORS["en"])))
    assert text.index("Tablet 2") < text.index("Tablet 1")
    assert "Not every device has confirmed" in text
    assert "until they are written anew" in text
    whole = {
        **document,
        "state": "done",
        "files_clean_at": "2026-11-23T17:00:00+00:00",
        "devices_not_confirmed": 0,
        "devices": document["devices"][:1],
    }
    text = shown(privacy_page(whole, PrivacyWords(TRANSLATORS["en"])))
    assert "None: every device has confirmed." in text
    assert "Database files clean since 2026-11-2" in text
    assert "have nothing of it since the time named above" in text


@pytest.mark.parametrize("is_revoked", [True, False])
def test_a_breach_report_has_the_three_things_the_law_asks_for_and_room_for_the_rest(is_revoked: bool) -> None:
    document: dict[str, Any] = {
        "document": "breach_report", "made_at": "2026-11-22T03:42:00Z", "since": "2026-11-20T03:42:00Z",
        "device": {"id": CUSTOMER, "name": "Tablet 2", "store_id": SHIRT}, "revoked": is_revoked,
        "lease_ends_at": None, "customers_held": [CUSTOMER], "data_held": {"customer": 1, "order": 2}, "opened": [],
        "log_contradicted": False, "unconfirmed_erasures": [],
    }  # fmt: skip
    page = privacy_page(document, PrivacyWords(TRANSLATORS["en"]))
    text = shown(page)
    for heading in ("Which data", "When and how", "What was done", "The device held 1 customer."):
        assert heading in text
    assert ("NOT revoked" in text) is not is_revoked
    assert page.count('class="blank"') == 6


def test_what_is_no_document_makes_no_page() -> None:
    with pytest.raises(ValueError, match="no privacy document"):
        privacy_page({"document": "order"}, PrivacyWords(TRANSLATORS["en"]))
