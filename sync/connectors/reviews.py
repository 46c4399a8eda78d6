"""reviews.csv in Judge.me's columns -> reviews.

The export has no review id, so the reference is made of product, time, author and title, with a count where all four
are the same: a corrected text stays the same review. A reviewer's e-mail and address never leave the file: reviews are
on every device and on the customer's phone. Reviews the shop has marked as spam are left out. Judge.me's export says
neither who is a verified buyer nor how many found a review helpful; other programs' do, and a shop that knows adds the
columns `verified` (yes, no) and `helpful` (a count).
"""

from collections import Counter
from collections.abc import Iterator

from sync.connectors.cell_values import plain_text, whole_number, yes_or_no
from sync.connectors.csv_reading import Columns, Row
from sync.connectors.errors import CellRefused
from sync.connectors.reading import FolderReading, Item, Made, Once
from sync.protocol.bodies.shop import MOST_VOTES, ReviewBody
from sync.protocol.ids import rule_id
from sync.protocol.kinds import Kind

REVIEWS_FILE = "reviews.csv"
REVIEWS = Columns(
    ("body", "rating", "review_date", "product_handle"),
    ("title", "reviewer_name", "reply", "reply_date", "curated", "verified", "helpful"),
)
_SPAM = "spam"


def read_reviews(reading: FolderReading) -> Iterator[Item]:
    """Each review of a product we know."""
    once = Once()
    alike: Counter[int] = Counter()

    def make(row: Row) -> Made:
        return [] if row.text("curated").casefold() == _SPAM else _review(reading, row, once, alike)

    yield from reading.rows(REVIEWS_FILE, REVIEWS, make)


def _review(reading: FolderReading, row: Row, once: Once, alike: Counter[int]) -> Made:
    handle = row.required("product_handle")
    product_id = reading.products.product_id(handle)
    if product_id is None:
        raise CellRefused("import.unknown_product", "product_handle")
    rating = whole_number(row.required("rating"), "rating", low=1, high=5, reason="import.bad_rating")
    written_at, named = reading.moment(row, "review_date"), row.text("reviewer_name")
    author = "" if "@" in named else named
    title, text = row.text("title"), plain_text(row.text("body"))
    identity = (handle, reading.unshifted(row, "review_date"), author, title)
    once.claim("body", *identity, text)
    alike[hash(identity)] += 1
    ref = rule_id("review", *identity, str(alike[hash(identity)]))
    reply, votes = plain_text(row.text("reply")), row.text("helpful")
    body = ReviewBody(
        id=reading.id_of(Kind.REVIEW, ref),
        source=reading.source,
        external_ref=ref,
        product_id=product_id,
        rating=rating,
        title=title,
        text=text,
        author_name=author,
        written_at=written_at,
        verified=yes_or_no(row.text("verified"), "verified") or False,
        helpful=whole_number(votes, "helpful", low=0, high=MOST_VOTES) if votes else 0,
        reply=reply,
        reply_at=reading.moment_or_none(row, "reply_date") if reply else None,
    )
    return [reading.record(Kind.REVIEW, ref, body, row)]
