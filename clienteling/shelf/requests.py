"""A request to the shelf's pages, read: language, coding, who asks, and whether it came over TLS."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qsl, quote

from starlette.requests import ClientDisconnect, Request

from clienteling.shelf.address import checked_stem
from clienteling.shelf.asked import Spoken, spoken
from clienteling.shelf.limits import TrustedProxies
from clienteling.shelf.packing import choose_encoding

MAX_FIELDS: Final = 40
MAX_FORM_BYTES: Final = 2_048


class Problem(Exception):
    """An answer that says what is wrong. `name`: the end of its message keys. `gtin`: the number it is about."""

    def __init__(self, status: int, name: str, *, gtin: str = "", **headers: str) -> None:
        self.status, self.name, self.gtin, self.headers = status, name, gtin, headers
        super().__init__(name)


@dataclass(frozen=True, slots=True)
class Asked:
    """One request. `query`: its pairs; `client`: who asks, for counting and nothing else."""

    request: Request
    query: Sequence[tuple[str, str]]
    is_malformed: bool
    voice: Spoken
    secure: bool
    encoding: str
    client: str

    @property
    def values(self) -> dict[str, str]:
        """The first value of each name."""
        return dict(reversed(self.query))

    @property
    def stem(self) -> str | None:
        """The store that a page without an address of GS1 is for."""
        return checked_stem(self.values.get("store", ""))

    @property
    def raw_path(self) -> str:
        """The path as it came, percent-encoded."""
        raw = self.request.scope.get("raw_path")
        return raw.decode("latin-1") if raw is not None else quote(self.request.scope["path"])

    @property
    def own_path(self) -> str:
        """The path for a link to this very page; never one that a browser takes for another host."""
        return "/" + quote(self.request.url.path.lstrip("/\\"))


def read_request(request: Request, proxies: TrustedProxies) -> Asked:
    """The request; a proxy's word counts where it is trusted."""
    peer = request.client.host if request.client else ""
    headers = request.headers
    secure = request.url.scheme == "https" or (proxies.trusts(peer) and headers.get("x-forwarded-proto", "") == "https")
    pairs = query_pairs(request.url.query)
    return Asked(
        request=request,
        query=pairs or (),
        is_malformed=pairs is None,
        voice=spoken(dict(reversed(pairs or ())), headers.get("accept-language", "")),
        secure=secure,
        encoding=choose_encoding(headers.get("accept-encoding", "")),
        # A proxy may add a line of its own behind the one that came with the request.
        client=proxies.client(peer, ",".join(headers.getlist("x-forwarded-for"))),
    )


def query_pairs(query: str) -> list[tuple[str, str]] | None:
    """The pairs of a query or a form, None where there are too many."""
    try:
        return parse_qsl(query, keep_blank_values=True, max_num_fields=MAX_FIELDS, errors="replace")
    except ValueError:
        return None


async def form_pairs(request: Request) -> list[tuple[str, str]]:
    """The pairs of a form; none where there are too many. Raises Problem where it is too large, or never ends."""
    content = b""
    try:
        async for piece in request.stream():
            content += piece
            if len(content) > MAX_FORM_BYTES:
                raise Problem(413, "too_large")
    except ClientDisconnect as error:
        raise Problem(400, "malformed") from error  # which nobody reads
    return query_pairs(content.decode("latin-1")) or []
