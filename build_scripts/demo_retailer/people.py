"""The customers: the few of the first minute, written by hand, and the many around them, drawn from a seed."""

import unicodedata
from dataclasses import replace
from datetime import date, timedelta
from random import Random

from build_scripts.demo_retailer.model import (
    BANDUNG,
    DENPASAR,
    MAIL_DOMAINS,
    STORES,
    SURABAYA,
    Cast,
    Customer,
    Day,
    seeded,
)
from build_scripts.demo_retailer.names import composed, written_out

CUSTOMERS = 470
PREFIXES = (
    811,
    812,
    813,
    821,
    822,
    852,
    853,
    815,
    856,
    857,
    858,
    817,
    818,
    819,
    877,
    878,
    895,
    896,
    897,
    881,
    882,
    831,
)
TOPS, WAISTS = ("S", "M", "L", "XL"), ("28", "30", "32", "34")
NOTES = (
    "Suka warna bumi, tidak suka merah muda.",
    "Minta dikabari kalau ada linen baru.",
    "Sering belanja untuk hadiah.",
    "Alergi wol.",
    "Lebih suka dilayani sore hari.",
    "Punya toko kue; sering pesan celemek.",
    "Tinggi, sering perlu ukuran XL.",
)


def cast(day: Day) -> Cast:
    """The people of the first minute; every detail is what a screen or a test may point to."""
    sitis = _sitis(day)
    budi = _regular(
        day, 6, "Budi Santoso", salutation="Pak", email="budi.santoso@surel.example", phone="0813 0045 6842"
    )
    budi = replace(budi, size_top="L", size_bottom="34", size_shoe="42", birthday=date(1979, 6, 30))
    dewi = _regular(
        day, 7, "Dewi Anggraini", salutation="Kak", email="dewi.anggraini@kotak.example", phone="6285600127735"
    )
    dewi = replace(dewi, size_top="S", size_shoe="38", birthday=date(1996, 9, 8))
    return Cast(siti=sitis[0], budi=budi, dewi=dewi, sitis=sitis)


def _sitis(day: Day) -> tuple[Customer, ...]:
    """The five whom `sit` finds; Bu Siti Rahmawati first."""
    rahmawati = _regular(
        day, 1, "Siti Rahmawati", salutation="Bu", email="siti.rahmawati@surel.example", phone="0812-0021-4471"
    )
    rahmawati = replace(
        rahmawati,
        second=SURABAYA,
        birthday=date(1987, 12, 4),
        size_bottom="M",
        size_shoe="38",
        since=day.today - timedelta(days=1930),
        note="Suka linen dan warna tenang. Beli juga untuk suami (L).",
    )
    aminah = _regular(
        day, 2, "Siti Aminah", salutation="Bu", email="siti.aminah@pos.example", phone="+62 857 0038 9026"
    )
    nurhayati = _regular(day, 3, "Siti Nurhayati", salutation="Mbak", email="", phone="089600570318")
    nurhayati = replace(nurhayati, size_top="S", size_shoe="37")
    khadijah = _regular(
        day, 4, "Sitti Khadijah", salutation="Bu", email="sitti.khadijah@surel.example", phone="(0822) 0086-1753"
    )
    khadijah = replace(khadijah, home=DENPASAR, second=BANDUNG, city=DENPASAR, size_top="L", size_shoe="39")
    rahma = _regular(day, 5, "Siti Rahma", salutation="Kak", email="rahma.siti@kotak.example", phone="'+6287800942260")
    rahma = replace(rahma, size_top="XL", birthday=date(1999, 2, 17))
    return rahmawati, aminah, nurhayati, khadijah, rahma


def _regular(day: Day, number: int, name: str, *, salutation: str, email: str, phone: str) -> Customer:
    """A customer of the Bandung store whose orders are written by hand; `phone` as they typed it."""
    first, last = name.split()
    return Customer(
        customer_id=_customer_id(number),
        first=first,
        last=last,
        salutation=salutation,
        email=email,
        phone="+62" + "".join(filter(str.isdigit, phone)).removeprefix("62").removeprefix("0"),
        phone_typed=phone,
        home=BANDUNG,
        second=None,
        city=BANDUNG,
        orders_a_year=0.0,
        online_share=0.0,
        since=day.today - timedelta(days=400 + 90 * number),
        size_top="M",
    )


def _customer_id(number: int) -> int:
    return 8_120_400_000_000 + number * 32_771


def everyone(seed: int, day: Day) -> tuple[Cast, tuple[Customer, ...]]:
    """All customers, the cast first."""
    random = seeded(seed, "people")
    actors = cast(day)
    people = [*actors.sitis, actors.budi, actors.dewi]
    taken = {person.email for person in people}
    names = written_out()
    while len(people) < CUSTOMERS:
        people.append(_someone(random, day, len(people) + 1, names, taken))
    return actors, tuple(_families(random, people))


def _someone(random: Random, day: Day, number: int, names: list[tuple[str, str, str]], taken: set[str]) -> Customer:
    home = random.choices((*STORES, None), weights=(36, 26, 20, 18))[0]
    if names:
        first, last, gender = names.pop(0)
        if first.split()[0] in ("I", "Ni", "Ida", "Anak", "Komang", "Kadek", "Cokorda", "Wayan", "Luh"):
            home = DENPASAR
    else:
        first, last, gender = composed(random, home.code if home else "")
    if not last and random.random() < 0.5:
        first, last = "", first
    born = date(random.randint(1954, 2005), random.randint(1, 12), random.randint(1, 28))
    email = _email(random, f"{first} {last}".split(), taken) if random.random() > 0.12 or home is None else ""
    phone = _phone(random, number) if not email or random.random() > 0.08 else ""
    second = (
        random.choice([store for store in STORES if store is not home]) if home and random.random() < 0.16 else None
    )
    return Customer(
        customer_id=_customer_id(number),
        first=first,
        last=last,
        salutation=_salutation(random, gender, born, day),
        email=email,
        phone=phone,
        phone_typed=_typed(random, phone),
        home=home,
        second=second,
        city=home or random.choice(STORES),
        orders_a_year=random.choices((1.2, 2.2, 4, 6.5, 10, 17), (18, 25, 25, 18, 10, 4))[0],
        online_share=1.0 if home is None else random.choice((0.0, 0.15, 0.3, 0.5)) if email else 0.0,
        since=day.today - timedelta(days=random.randint(20, 1900)),
        language="en" if any(ord(letter) > 127 for letter in first + last) or first in ("Oliver", "Priya") else "id",
        birthday=born if random.random() < 0.6 else None,
        **_sizes(random, gender),
        note=random.choice(NOTES) if random.random() < 0.07 else "",
    )


def _sizes(random: Random, gender: str) -> dict[str, str]:
    step = random.choices((0, 1, 2, 3), (22, 38, 28, 12))[0]
    shoe = random.randint(36, 40) if gender == "f" else random.randint(39, 43)
    waist = WAISTS[step] if gender == "m" else TOPS[step]
    known = {"size_top": TOPS[step], "size_bottom": waist, "size_shoe": str(shoe)}
    return {key: value if random.random() < 0.62 else "" for key, value in known.items()}


def _salutation(random: Random, gender: str, born: date, day: Day) -> str:
    age = day.today.year - born.year
    if random.random() < 0.1:
        return ""
    if age >= 36:
        return "Bu" if gender == "f" else "Pak"
    return random.choice(("Kak", "Mbak")) if gender == "f" else "Kak"


def plain(text: str) -> str:
    """The words of a name in ASCII, as an address spells them."""
    spelled = text.casefold().replace("ø", "o").replace("ś", "s")
    bare = unicodedata.normalize("NFKD", spelled).encode("ascii", "ignore").decode()
    return "".join(letter for letter in bare if letter.isalnum())


def _email(random: Random, words: list[str], taken: set[str]) -> str:
    """A free address made of the name, under a domain that can never exist."""
    parts = [part for part in (plain(word) for word in words) if part]
    while True:
        joined = random.choice((".", "", "_")).join(parts[:2])
        number = str(random.randint(1, 99)) if random.random() < 0.45 else ""
        address = f"{joined}{number}@{random.choice(MAIL_DOMAINS)}"
        if address not in taken:
            taken.add(address)
            return address


def _phone(random: Random, number: int) -> str:
    """A mobile number in a block that no operator hands out (its subscriber part begins with 00)."""
    return f"+62{random.choice(PREFIXES)}00{number % 90 + 10}{random.randint(0, 9999):04d}"


def _typed(random: Random, phone: str) -> str:
    """The number in one of the spellings that exports hold."""
    if not phone:
        return ""
    local = phone[3:]
    blocks = (local[:3], local[3:7], local[7:])
    forms = (
        phone,
        phone,
        phone,
        "0" + local,
        "0" + "-".join(blocks),
        "+62 " + " ".join(blocks),
        "62" + local,
        f"(0{blocks[0]}) {blocks[1]} {blocks[2]}",
        "'" + phone,
        "+62-" + "-".join(blocks),
    )
    return random.choice(forms)


def _families(random: Random, people: list[Customer]) -> list[Customer]:
    """The people with ten couples sharing one phone under two e-mail addresses."""
    shared = list(people)
    able = [at for at, person in enumerate(people) if at > 120 and person.email and person.phone and person.last]
    random.shuffle(able)
    for giver, taker in zip(able[0:20:2], able[1:20:2], strict=True):
        owner = shared[giver]
        first = shared[taker].first or "Rini"
        shared[taker] = replace(
            shared[taker],
            first=first,
            last=owner.last,
            phone=owner.phone,
            phone_typed=owner.phone_typed,
            home=owner.home,
            city=owner.city,
            online_share=shared[giver].online_share,
        )
    return shared
