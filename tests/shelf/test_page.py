"""What the page says: of the product, the store, its prices and stock, reviews; in both languages."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest

from sync.protocol.kinds import Kind
from tests.shelf.reading import shirt, told, words
from tests.support.shelf_hub import PICTURE, SHIRT, Phone, ShelfHub
from tests.support.shelf_shop import (
    NOW,
    SHIRT_L,
    SHIRT_M,
    TROUSERS,
    ago,
    place,
    priced,
    promotion,
    review,
    stock,
    variant,
)
from tests.support.shops import ref_id


def test_the_first_things_said_are_name_rating_price_and_stock(phone: Phone) -> None:
    said = words(phone.get(SHIRT))
    things = (
        "Kemeja Linen",
        "3,3 dari 5",
        "3 ulasan",
        "Rp349.000",
        "Hampir habis",
        "di Bandung",
        "40 menit lalu (10.02)",
    )
    places = [said.index(one) for one in things]
    assert places == sorted(places)
    assert said.index("Simpan untuk nanti") < said.index("Di toko lain")


def test_stock_is_told_in_bands_and_never_in_numbers(shelf_hub: ShelfHub) -> None:
    shelf_hub.say(stock("BDG", "kemeja linen", "linen m", {"BDG": 4321, "SBY": 0, "GDG": 4}))
    said = words(shelf_hub.phone(language="en").get(SHIRT))
    assert "4321" not in said
    assert "4,321" not in said
    assert re.search(r"In stock in Bandung counted 40 minutes ago \(10:02\)", said)
    assert re.search(r"Surabaya Sold out", said)
    assert re.search(r"Cikarang Few left warehouse", said)


def test_what_is_reserved_for_others_is_not_promised(shelf_hub: ShelfHub) -> None:
    shelf_hub.say(stock("BDG", "kemeja linen", "linen m", {"BDG": 9, "SBY": 12}, reserved=9))
    said = words(shelf_hub.phone(language="en").get(SHIRT))
    assert "Sold out in Bandung" in said
    assert "Surabaya Few left" in said


def test_a_store_that_is_not_known_has_no_stock_and_the_page_says_so(phone: Phone) -> None:
    answer = phone.get(f"/SXXX/01/{SHIRT_M}")
    said = words(answer)
    assert answer.status_code == 200
    assert "Toko di alamat ini tidak dikenal" in said
    assert "Rp349.000" in said
    assert "Tersedia di mana" in said


def test_a_stock_nobody_has_counted_is_not_called_sold_out(shelf_hub: ShelfHub) -> None:
    shelf_hub.say(*priced("vas", variant("vas", "08991234567891", "S"), price=100))
    said = words(shelf_hub.phone().get("/SBDG/01/08991234567891"))
    assert "Stok di toko ini belum diketahui" in said
    assert "Habis" not in said


def test_the_language_is_the_phones_and_can_be_switched_by_a_link(phone: Phone, open_hub: ShelfHub) -> None:
    answer = phone.get(SHIRT)
    assert '<html lang="id">' in answer.text
    assert answer.headers["content-language"] == "id"
    (link,) = re.findall(rf'<a class="link" href="({SHIRT}\?lang=en)"', answer.text)
    english = phone.get(link)
    assert '<html lang="en">' in english.text
    assert "Save for later" in words(english)
    assert f'href="/SBDG/01/{SHIRT_L}?lang=en"' in english.text
    assert '<html lang="en">' in open_hub.phone(language="de-DE").get(SHIRT).text
    assert '<html lang="id">' in phone.get(f"{SHIRT}?lang=xx").text
    assert "set-cookie" not in english.headers


def test_sizes_lead_to_their_own_pages_with_their_stock(phone: Phone) -> None:
    text = phone.get(SHIRT).text
    (current,) = re.findall(r'<a class="chip" href="([^"]*)" aria-current="true"><span>M</span> <small>([^<]*)', text)
    assert current == (SHIRT, "Hampir habis")
    assert re.search(rf'<a class="chip" href="/SBDG/01/{SHIRT_L}"><span>L</span> <small>Habis</small>', text)
    assert "M, Hampir habis" not in words(phone.get(f"/SBDG/01/{SHIRT_L}"))


def test_a_promotion_is_told_with_its_end_in_the_stores_zone(shelf_hub: ShelfHub) -> None:
    ends = NOW + timedelta(days=14)
    shelf_hub.say(
        place("DPS", "Denpasar", zone="Asia/Makassar"),
        promotion("linen ringan", starts=NOW, ends=ends, name_en="Linen light"),
        promotion("daring", starts=NOW, ends=ends, holds_in="online", value=50),
    )
    phone = shelf_hub.phone(language="en")
    said = words(phone.get(SHIRT))
    assert "Rp314,100 before Rp349,000" in said
    assert "Linen light Until 6 Dec 10:42 · online and in store" in said
    assert "Daring Until 6 Dec 10:42 · online only. Not in this store" in said
    assert "Until 6 Dec 11:42" in words(phone.get(f"/SDPS/01/{SHIRT_M}"))


def test_a_promotion_is_never_shown_once_it_has_ended(shelf_hub: ShelfHub) -> None:
    shelf_hub.say(promotion("hemat", starts=NOW - timedelta(days=1), ends=NOW + timedelta(seconds=20)))
    phone = shelf_hub.phone()
    before = phone.get(SHIRT)
    assert "Rp314.100" in words(before)
    assert before.headers["cache-control"] == "public, max-age=20, must-revalidate"
    shelf_hub.clock.advance(timedelta(seconds=19, milliseconds=500))
    assert phone.get(SHIRT).headers["cache-control"] == "no-cache"
    shelf_hub.clock.advance(timedelta(milliseconds=500))
    after = words(phone.get(SHIRT))
    assert "Rp349.000" in after
    assert "Rp314.100" not in after
    assert "Hemat" not in after


def test_a_promotion_begins_on_a_page_that_was_kept_before_it(shelf_hub: ShelfHub) -> None:
    shelf_hub.say(promotion("hemat", starts=NOW + timedelta(seconds=5), ends=NOW + timedelta(days=1)))
    phone = shelf_hub.phone()
    assert "max-age=5," in phone.get(SHIRT).headers["cache-control"]
    shelf_hub.clock.advance(timedelta(seconds=5))
    assert "Rp314.100" in words(phone.get(SHIRT))


def test_delivery_returns_and_size_chart_are_told(shelf_hub: ShelfHub) -> None:
    chart = {"columns": ["Ukuran", "Dada (cm)"], "rows": [["M", "98"]]}
    shelf_hub.say(
        *shirt(
            size_chart=chart,
            returns_days=14,
            returns_note="Belum dicuci",
            returns_note_en="Unwashed",
            delivery_options=["pickup", "same_day"],
            same_day_cities=["Surabaya", "Bandung"],
            description="Linen yang lembut",
            video_url="https://video.example.com/kemeja",
        )
    )
    said = words(shelf_hub.phone(language="en").get(SHIRT))
    for one in ("Size chart Ukuran Dada (cm) M 98", "Same-day delivery in Bandung", "Within 14 days Unwashed"):
        assert one in said
    assert "Opens video.example.com" in said
    page = shelf_hub.phone().get(SHIRT).text
    assert 'href="https://video.example.com/kemeja" rel="external nofollow noopener noreferrer"' in page


def test_products_beside_it_are_linked_at_the_same_store(phone: Phone) -> None:
    answer = phone.get(SHIRT)
    assert "Cocok dipadukan dengan Celana Chino Rp399.000" in words(answer)
    assert f'href="/SBDG/01/{TROUSERS}"' in answer.text
    assert f'href="/shelf/compare?store=SBDG&amp;gtin={SHIRT_M}&amp;gtin={TROUSERS}"' in answer.text


# Reviews.


def test_reviews_are_filtered_by_stars_and_the_critical_ones_are_one_tap_away(phone: Phone) -> None:
    page = phone.get(SHIRT)
    assert f'href="{SHIRT}?order=critical#reviews"' in page.text
    assert f'href="{SHIRT}?order=newest&amp;stars=1#reviews"' in page.text
    one_star = words(phone.get(f"{SHIRT}?stars=1"))
    assert "Kancingnya lepas" in one_star
    assert "Pas di bahu" not in one_star
    critical = words(phone.get(f"{SHIRT}?order=critical"))
    assert critical.index("Kancingnya lepas") < critical.index("Pas di bahu")
    helpful = words(phone.get(f"{SHIRT}?order=helpful"))
    assert helpful.index("Kancingnya lepas") < helpful.index("Pas di bahu")
    assert "Belum ada ulasan dengan 2 bintang" in words(phone.get(f"{SHIRT}?stars=2"))


def test_reviews_say_what_verified_means(phone: Phone) -> None:
    said = words(phone.get(SHIRT))
    assert "pembeli terverifikasi" in said
    assert "menurut toko web penulisnya membeli barang ini" in said


def test_ten_thousand_reviews_are_paged_and_the_page_stays_small(shelf_hub: ShelfHub) -> None:
    more = [
        review(f"more {number}", "kemeja linen", number % 5 + 1, days=10 + number, text=f"Ulasan nomor {number}. " * 20)
        for number in range(10_000)
    ]
    shelf_hub.say(*more)
    phone = shelf_hub.phone()
    first = phone.get(SHIRT, accept_encoding="gzip")
    assert int(first.headers["content-length"]) < 14 * 1024
    assert "10.003 ulasan" in words(first)
    second = phone.get(f"{SHIRT}?page=2")
    assert f'href="{SHIRT}?order=newest&amp;page=3#reviews"' in second.text
    assert f'href="{SHIRT}?order=newest#reviews"' in second.text
    last = phone.get(f"{SHIRT}?page=9999")
    assert last.text.count('<article class="review"') == 3
    assert "Ulasan nomor 9999." in words(last)
    helpful = phone.get(f"{SHIRT}?order=helpful&stars=1&page=200")
    assert helpful.text.count('<article class="review"') == 10


def test_five_hundred_reviews_fit_into_the_first_flight_with_everything_else(shelf_hub: ShelfHub) -> None:
    more = [
        review(
            f"more {number}",
            "kemeja linen",
            number % 5 + 1,
            days=1 + number / 10,
            title=f"Judul ulasan ke-{number} {number * 7919 % 1000}",
            text="".join(f"Kata ke-{number * 31 + word * 17} pas di badan. " for word in range(25)),
            reply="Terima kasih banyak atas ulasannya.",
            verified=True,
        )
        for number in range(500)
    ]
    shelf_hub.say(*more)
    for encoding in ("gzip", "zstd"):
        answer = shelf_hub.phone().get(SHIRT, accept_encoding=encoding)
        headers = sum(len(name) + len(value) + 4 for name, value in answer.headers.raw)
        assert int(answer.headers["content-length"]) + headers < 14 * 1024


@pytest.mark.parametrize("query", ["stars=6", "stars=0", "stars=x", "page=0", "page=-1", "page=99999999", "order=best"])
def test_a_filter_that_makes_no_sense_shows_the_page_as_it_opens(phone: Phone, query: str) -> None:
    assert phone.get(f"{SHIRT}?{query}").text == phone.get(SHIRT).text


def test_a_script_in_a_review_is_text(shelf_hub: ShelfHub) -> None:
    attack = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\"'&"
    shelf_hub.say(
        review("attack", "kemeja linen", 3, days=0, text=attack, title=attack, author_name=attack, reply=attack)
    )
    answer = shelf_hub.phone().get(SHIRT)
    assert "<script>alert" not in answer.text
    assert "<img src=x" not in answer.text
    assert answer.text.count("</script>") == 1
    assert attack in words(answer)
    assert told(answer)["review"][0]["reviewBody"] == attack


def test_text_from_right_to_left_turns_nothing_beside_it(shelf_hub: ShelfHub) -> None:
    shelf_hub.say(review("rtl", "kemeja linen", 5, days=0, text="قميص جميل\u202e Rp1", author_name="ليلى"))
    text = shelf_hub.phone().get(SHIRT).text
    assert '<p class="say" dir="auto">قميص جميل Rp1</p>' in text
    assert '<span dir="auto">ليلى</span>' in text
    assert "\u202e" not in text.split('<script type="application/ld+json">')[1].split("</script>")[1]


@pytest.mark.parametrize(
    ("phone_number", "shown"),
    [
        ("(0411) 555-123", '<a class="link flush" href="tel:0411555123">Telepon (0411) 555-123</a>'),
        ("+62 31 000102", '<a class="link flush" href="tel:+6231000102">Telepon +62 31 000102</a>'),
        ("0411 555123 ext. 4 <tanya>", '<p class="small">Telepon 0411 555123 ext. 4 &lt;tanya&gt;</p>'),
    ],
)
def test_a_number_that_can_be_dialled_is_a_link_and_any_other_is_text(
    shelf_hub: ShelfHub, phone_number: str, shown: str
) -> None:
    surabaya = place("SBY", "Surabaya")
    shelf_hub.say(replace(surabaya, body={**surabaya.body, "phone": phone_number}))
    assert shown in shelf_hub.phone().get(SHIRT).text


def test_a_name_that_turns_the_reading_direction_does_so_on_no_page(shelf_hub: ShelfHub) -> None:
    over = "\u202e\u2066"
    coat = variant("jas", "08991234567891", f"{over}M")
    more = {"brand": f"{over}Merek", "returns_note": f"{over}Nota", "category": "Kemeja", "option_names": ["Ukuran"]}
    shelf_hub.say(
        *priced("jas", coat, price=1, **more, size_chart={"columns": [f"{over}a"], "rows": [[f"{over}b"]]}),
        *priced(f"{over}rompi", variant("rompi", "08991234567990", "M"), price=1),
        promotion("p", starts=NOW, ends=NOW + timedelta(days=1), name=f"{over}Hemat"),
    )
    phone = shelf_hub.phone()
    phone.post("/shelf/save", {"gtin": "08991234567990"})
    for path in ("/SBDG/01/08991234567891", "/shelf/saved", "/shelf/compare?gtin=08991234567990&gtin=08991234567891"):
        text = re.sub("<script.*?</script>", "", phone.get(path).text)  # machines are told the name as it is
        assert "Rompi" in text
        assert not set(over) & set(text)


def test_a_product_without_reviews_picture_price_or_stock_has_a_page(shelf_hub: ShelfHub) -> None:
    product, _ = priced("polos", variant("polos", "08991234567891", ""), price=1)
    shelf_hub.say(product)
    answer = shelf_hub.phone(language="en").get("/SBDG/01/08991234567891")
    said = words(answer)
    assert answer.status_code == 200
    for one in ("Polos", "no reviews yet", "No picture yet", "Ask for the price", "No reviews of this product yet."):
        assert one in said
    assert "ld+json" not in answer.text, "search engines take no product without one of offers, rating and review"


# Pictures.


def test_pictures_have_their_size_and_nothing_comes_from_another_host(shelf_hub: ShelfHub) -> None:
    pictures = [{"url": f"pictures/{PICTURE}"}, {"url": "https://cdn.example/other.webp"}]
    shelf_hub.say(*shirt(pictures=pictures))
    text = shelf_hub.phone().get(SHIRT).text
    images = re.findall(r"<img [^>]*>", text)
    assert any(f"/shelf/pictures/320/{PICTURE}" in one and 'fetchpriority="high"' in one for one in images)
    assert all(re.search(r'width="\d+" height="\d+"', one) for one in images)
    assert "cdn.example" not in text


# What is wrong.


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/SBDG/01/08990000010204", 400, "Kode ini tidak lengkap"),
        ("/SBDG/01/089900000102030", 400, "Kode ini tidak lengkap"),
        ("/01/%D9%A0", 400, "Kode ini tidak lengkap"),
        (f"/01/{SHIRT_M}%00", 400, "Kode ini tidak lengkap"),
        (f"/01/{'9' * 8_000}", 400, "Kode ini tidak lengkap"),
        (f"{SHIRT}?{'a=1&' * 100}", 400, "Kode ini tidak lengkap"),
        ("/SBDG/01/09506000134376", 404, "Barang ini tidak kami kenal"),
        ("/shelf/nothing", 404, "Halaman ini tidak ada"),
    ],
)
def test_what_is_wrong_is_said_kindly(phone: Phone, path: str, status: int, said: str) -> None:
    answer = phone.get(path)
    assert (answer.status_code, answer.headers["cache-control"]) == (status, "no-store")
    assert said in words(answer)
    assert "Pramuniaga di toko dengan senang hati membantu" in words(answer)
    assert '<meta name="robots" content="noindex">' in answer.text


def test_an_unknown_product_is_named_by_its_number(phone: Phone) -> None:
    answer = phone.get("/SBDG/01/09506000134376")
    assert "GTIN 09506000134376" in words(answer)
    assert 'href="/SBDG/01/09506000134376?lang=en"' in answer.text


def test_no_link_on_a_page_leads_to_a_host_that_the_address_names(phone: Phone) -> None:
    answer = phone.ask("GET", "https://toko.example//evil.example/x")
    assert answer.status_code == 404
    assert 'href="//' not in answer.text


@pytest.mark.parametrize("path", [f"/sbdg/01/{SHIRT_M}", f"{SHIRT}/", f"{SHIRT}/10/LOT01", f"{SHIRT}/21/A%2FB"])
def test_lower_case_a_trailing_slash_lot_and_serial_show_the_product(phone: Phone, path: str) -> None:
    assert "Hampir habis di Bandung" in words(phone.get(path))


@pytest.mark.parametrize(
    ("path", "location"),
    [
        (f"/SBDG/01/{SHIRT_M[1:]}?lang=en", f"/SBDG/01/{SHIRT_M}?lang=en"),
        ("/01/012345678905/10/L", "/01/00012345678905"),
        ("/01/12345670", "/01/00000012345670"),
    ],
)
def test_a_shorter_gtin_is_sent_on_to_fourteen_digits(phone: Phone, path: str, location: str) -> None:
    answer = phone.get(path)
    assert (answer.status_code, answer.headers["location"]) == (308, location)


def test_the_stores_own_ids_are_never_on_the_page(phone: Phone) -> None:
    text = phone.get(SHIRT).text
    for kind, ref in ((Kind.LOCATION, "BDG"), (Kind.PRODUCT, "kemeja linen"), (Kind.PRODUCT, "linen m")):
        assert ref_id(kind, ref) not in text
    assert ago() not in text
