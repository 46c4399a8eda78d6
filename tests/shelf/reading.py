"""How tests read the customer's page: its words, its JSON-LD; and the shirt said otherwise."""

import html
import json
import re
from typing import Any

import httpx

from tests.support.shelf_shop import (
    SHIRT_L,
    SHIRT_M,
    priced,
    variant,
)


def words(answer: httpx.Response) -> str:
    """The page's text without its marks, one space between words."""
    body = re.sub(r"(?s)<style>.*?</style>|<script.*?</script>|<!--.*?-->", " ", answer.text)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())


def told(answer: httpx.Response) -> dict[str, Any]:
    """The page's JSON-LD."""
    (script,) = re.findall(r'(?s)<script type="application/ld\+json">(.*?)</script>', answer.text)
    found: dict[str, Any] = json.loads(script)
    return found


def shirt(*, text: str = "", **body: Any) -> list[Any]:
    """The shirt again, said otherwise."""
    variants = [variant("linen m", SHIRT_M, "M"), variant("linen l", SHIRT_L, "L", 2)]
    return priced("kemeja linen", *variants, price=349_000_00, **body)
