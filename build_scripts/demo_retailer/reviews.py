"""Reviews of things that were really bought, with ratings scattered around each product's quality."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from types import ModuleType

from build_scripts.demo_retailer import review_words as indonesian
from build_scripts.demo_retailer import review_words_english as english
from build_scripts.demo_retailer.model import Customer, Day, Order, Variant, seeded
from build_scripts.demo_retailer.names import composed

REVIEWS = 1720
ENGLISH_SHARE = 0.13
_CASUAL = (
    ("banget", "bgt"),
    (" yang ", " yg "),
    ("tidak ", "gak "),
    ("sudah", "udah"),
    ("Sudah", "Udah"),
    (" dengan ", " dgn "),
    ("sekali", "bgt"),
    (" saya", " aku"),
    ("untuk", "buat"),
    ("terima kasih", "makasih"),
    ("Terima kasih", "Makasih"),
)
_WORN = frozenset({"Nyaman dipakai", "Adem", "Kurang pas", "Hampir pas", "True to size", "So comfortable"})
_THING_EN = {
    "top": "top",
    "bottom": "pair",
    "scarf": "scarf",
    "shoe": "pair",
    "bag": "piece",
    "textile": "piece",
    "ceramic": "piece",
    "candle": "candle",
    "wood": "piece",
}


@dataclass(frozen=True, slots=True)
class Review:
    """One review as the shop's page shows it."""

    variant: Variant
    rating: int
    title: str
    body: str
    at: datetime
    author: str
    email: str
    reply: str
    reply_at: datetime | None


@dataclass(frozen=True, slots=True)
class _Language:
    """The fragments of one language by what they are for."""

    praise: indonesian.Words
    gripe: indonesian.Words
    opening: tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]
    service_good: tuple[str, ...]
    service_bad: tuple[str, ...]
    close_good: tuple[str, ...]
    close_bad: tuple[str, ...]
    titles: tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]
    thanks: tuple[str, ...]
    apologies: tuple[str, ...]
    but: tuple[str, ...]


def _language(words: ModuleType, but: tuple[str, ...]) -> _Language:
    return _Language(
        praise=words.PRAISE,
        gripe=words.GRIPE,
        opening=(words.OPEN_GOOD, words.OPEN_MIXED, words.OPEN_BAD),
        service_good=words.SERVICE_GOOD,
        service_bad=words.SERVICE_BAD,
        close_good=words.CLOSE_GOOD,
        close_bad=words.CLOSE_BAD,
        titles=(words.TITLE_GOOD, words.TITLE_MIXED, words.TITLE_BAD),
        thanks=words.THANKS,
        apologies=words.APOLOGIES,
        but=but,
    )


_INDONESIAN = _language(indonesian, ("Cuma,", "Hanya saja", "Minusnya,", "Tapi", "Catatan kecil:"))
_ENGLISH = _language(english, ("But", "Only:", "One thing:", "Still,"))
_VOICES = {
    "shirt": ("top", "buttoned"), "shirt_short": ("top", "buttoned"), "koko": ("top", "buttoned"),
    "jacket": ("top", "buttoned"), "skirt": ("skirt",), "wallet": ("accessory",), "hat": ("accessory",),
    "belt": ("accessory",), "socks": ("accessory",), "cushion": ("cosy",), "blanket": ("cosy",), "rug": ("cosy",),
    "bedding": ("linens",), "towels": ("linens",), "apron": ("linens",), "vase": ("decor",), "glass": ("decor",),
    "planter": ("decor",), "lamp": ("lamp",), "pendant": ("lamp",), "basket": ("woven",),
}  # fmt: skip
_VOICES_BY_HANDLE = {"sarung-tenun": ("cloth",), "selendang-tenun": ("cloth",), "taplak-batik": ("linens",)}


def _voices(variant: Variant) -> tuple[str, ...]:
    """Which fragments fit this product."""
    product = variant.product
    return _VOICES_BY_HANDLE.get(product.handle) or _VOICES.get(product.shape) or (product.review_group,)


def reviews(seed: int, day: Day, orders: Sequence[Order]) -> tuple[Review, ...]:
    """Reviews in the order they were written; a person reviews a product once, and no two texts are the same."""
    random = seeded(seed, "reviews")
    bought = _bought(day, orders)
    random.shuffle(bought)
    used: set[str] = set()
    made = [_written(random, day, purchase, used) for purchase in bought[:REVIEWS]]
    return tuple(sorted(made, key=lambda review: (review.at, review.variant.sku, review.author)))


def _bought(day: Day, orders: Sequence[Order]) -> list[tuple[Customer, Variant, datetime]]:
    """What each person received, once for each product, more than five days ago."""
    first: dict[tuple[int, str], tuple[Customer, Variant, datetime]] = {}
    for order in orders:
        if order.customer is None or order.fulfilled_at is None or order.fulfilled_at > day.ago(6):
            continue
        for line in order.lines:
            key = (order.customer.customer_id, line.variant.product.handle)
            first.setdefault(key, (order.customer, line.variant, order.fulfilled_at))
    return list(first.values())


def _rating(random: Random, quality: float) -> int:
    lift = (quality - 3.8) / 0.9
    weights = (0.36 + 0.36 * lift, 0.29 - 0.08 * lift, 0.17 - 0.11 * lift, 0.1 - 0.075 * lift, 0.08 - 0.055 * lift)
    return random.choices((5, 4, 3, 2, 1), weights=[max(0.015, weight) for weight in weights])[0]


def _written(random: Random, day: Day, purchase: tuple[Customer, Variant, datetime], used: set[str]) -> Review:
    customer, variant, received = purchase
    rating = _rating(random, variant.product.quality)
    english = customer.language == "en" or random.random() < ENGLISH_SHARE - 0.03
    language = _ENGLISH if english else _INDONESIAN
    body = _body(random, language, variant, rating)
    while body in used:
        body = _body(random, language, variant, rating)
    used.add(body)
    days = min(random.randint(2, 45), max(2, (day.closing - received).days - 1))
    at = received + timedelta(days=days, minutes=random.randint(0, 400))
    at = min(at, day.closing - timedelta(minutes=random.randint(1, 900)))
    title = _title(random, language, variant, rating)
    answered = random.random() < (0.6 if rating <= 2 else 0.3 if rating == 3 else 0.06)
    reply_at = at + timedelta(hours=random.randint(3, 60)) if answered else None
    if reply_at is not None and reply_at > day.closing:
        reply_at = None
    pool = language.thanks if rating > 3 else language.apologies
    author, email = _author(random, customer)
    return Review(variant, rating, title, body, at, author, email, random.choice(pool) if reply_at else "", reply_at)


def _author(random: Random, customer: Customer) -> tuple[str, str]:
    """How the name stands below the review, with the address where it belongs to a customer."""
    if not customer.email or random.random() < 0.08:
        first, last, _ = composed(random, "SBY")
        return f"{first} {last[:1]}." if last and first not in ("I", "Ni") else f"{first} {last}".strip(), ""
    parts = customer.name.split()
    if parts[0] in ("I", "Ni") and len(parts) > 2:
        parts = [" ".join(parts[:2]), *parts[2:]]
    shown = customer.name if random.random() < 0.45 else f"{parts[0]} {parts[-1][0]}." if len(parts) > 1 else parts[0]
    return shown, customer.email


def _sentence(text: str) -> str:
    ready = text[0].upper() + text[1:]
    return ready if ready[-1] in ".!?" else ready + "."


def _body(random: Random, language: _Language, variant: Variant, rating: int) -> str:
    """A text of one to five sentences that says what the rating says."""
    praises = _fitting(language.praise, variant)
    gripes = _fitting(language.gripe, variant)
    praise, gripe = random.sample(praises, k=2), random.sample(gripes, k=2)
    parts: list[str] = []
    if random.random() < 0.62:
        parts.append(random.choice(language.opening[0 if rating >= 4 else 1 if rating == 3 else 2]))
    match rating:
        case 5:
            parts += praise[: random.choice((1, 1, 2, 2))]
            parts += [random.choice(language.service_good)] if random.random() < 0.34 else []
            parts += [random.choice(language.close_good)] if random.random() < 0.5 else []
        case 4:
            parts += praise[: random.choice((1, 2))]
            parts += [_but(random, language, gripe[0])] if random.random() < 0.5 else []
            parts += [random.choice(language.close_good)] if random.random() < 0.25 else []
        case 3:
            parts += [praise[0], _but(random, language, gripe[0])]
            parts += [random.choice(language.service_bad)] if random.random() < 0.25 else []
        case _:
            parts += gripe[: 2 if rating == 1 or random.random() < 0.4 else 1]
            parts += [random.choice(language.service_bad)] if random.random() < 0.35 else []
            parts += [random.choice(language.close_bad)] if random.random() < 0.5 else []
    text = " ".join(_sentence(_filled(part, language, variant)) for part in parts)
    return _loosened(random, text) if language is _INDONESIAN else text


def _fitting(words: indonesian.Words, variant: Variant) -> list[str]:
    """The fragments for this product, without those that name a colour or a size it does not have."""
    absent = [] if variant.colour else ["{warna}"]
    absent += [] if variant.option else ["{ukuran}"]
    parts = [part for voice in _voices(variant) for part in words[voice]]
    return [part for part in parts if not any(slot in part for slot in absent)]


def _title(random: Random, language: _Language, variant: Variant, rating: int) -> str:
    """A heading, or none; words about wearing stand only over things that are worn."""
    if random.random() > 0.7:
        return ""
    worn = variant.product.review_group in ("top", "bottom", "scarf", "shoe")
    titles = language.titles[0 if rating >= 4 else 1 if rating == 3 else 2]
    return random.choice([title for title in titles if worn or title not in _WORN])


def _but(random: Random, language: _Language, gripe: str) -> str:
    return f"{random.choice(language.but)} {gripe}"


_COLOUR_EN = {
    "Putih": "white",
    "Hitam": "black",
    "Biru Laut": "navy",
    "Biru Muda": "light blue",
    "Hijau Sage": "sage",
    "Hijau Botol": "bottle green",
    "Terakota": "terracotta",
    "Mustar": "mustard",
    "Krem": "cream",
    "Cokelat": "brown",
    "Merah Marun": "maroon",
    "Merah Jambu": "pink",
    "Lila": "lilac",
    "Abu": "grey",
    "Toska": "turquoise",
    "Jingga": "orange",
}


def _filled(part: str, language: _Language, variant: Variant) -> str:
    colour = variant.colour.name if variant.colour else ""
    if language is _ENGLISH:
        shown, thing = _COLOUR_EN.get(colour, colour.lower()), _THING_EN[variant.product.review_group]
    else:
        shown, thing = colour.lower(), variant.product.title.split(" ")[0].lower()
    return part.replace("{warna}", shown).replace("{barang}", thing).replace("{ukuran}", variant.option)


def _loosened(random: Random, text: str) -> str:
    """The text as thumbs type it: now and then shortened, without capitals or with a missing full stop."""
    drawn = random.random()
    if drawn < 0.3:
        for formal, casual in _CASUAL:
            text = text.replace(formal, casual)
    if drawn < 0.14:
        text = text.lower()
    return text.rstrip(".") if 0.1 < drawn < 0.24 else text
