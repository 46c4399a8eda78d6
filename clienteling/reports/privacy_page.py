"""Privacy documents as one page to read, print and keep: a customer's copy, an erasure's certificate, a breach report.

The page is whole in itself: no script, no picture, nothing fetched. Whatever a document holds is shown, known or not,
and every piece of it is escaped. The same document makes the same page.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from html import escape
from typing import Any, Final, Protocol

COPY, CERTIFICATE, BREACH = "customer_copy", "erasure_certificate", "breach_report"

_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_STYLE: Final = """
body{font:16px/1.5 system-ui,sans-serif;color:#1b1b1b;background:#fff;max-width:60rem;margin:2rem auto;padding:0 1.5rem}
h1{font-size:1.75rem}h2{font-size:1.25rem;margin-top:2rem}table{border-collapse:collapse;width:100%;margin:.5rem 0 1rem}
th,td{text-align:left;vertical-align:top;padding:.25rem .75rem .25rem 0;border-bottom:1px solid #ddd}
th{font-weight:600;width:14rem}td{overflow-wrap:anywhere}td table{margin:0}.list th{width:auto}.late{color:#a00}
.blank{border-bottom:1px solid #555;height:2.5rem}@media print{body{margin:0;max-width:none}section{break-inside:avoid}}
"""
_KINDS: Final = (
    "customer", "preference", "order", "open_cart", "wishlist_item", "loyalty_account", "voucher", "note", "consent",
    "interaction", "follow_up", "appointment", "hold", "enquiry", "survey_answer",
)  # fmt: skip
"""In this order; kinds beyond these come after, by name."""
_LEFT_OUT: Final = frozenset({"id", "customer_id"})


class PageWords(Protocol):
    """How the page speaks."""

    @property
    def language(self) -> str: ...
    def text(self, key: str, /, **values: object) -> str: ...
    def name_of(self, area: str, name: str) -> str:
        """What `privacy.<area>_<name>` says, else the name itself."""
        ...

    def time(self, at: datetime) -> str: ...
    def money(self, minor: int, currency: str) -> str: ...


def privacy_page(document: Mapping[str, Any], words: PageWords) -> str:
    """The document as HTML. Raises ValueError for one that is of none of the three kinds."""
    makers = {COPY: _copy, CERTIFICATE: _certificate, BREACH: _breach}
    kind = document.get("document")
    if kind not in makers:
        raise ValueError("no privacy document")
    title = words.text(f"privacy.{kind}")
    body = "".join(makers[kind](document, _Page(words, dict(document.get("names") or {}))))
    return (
        f'<!doctype html><html lang="{escape(words.language)}"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}"><meta name="robots" content="noindex">'
        f'<meta name="viewport" content="width=device-width"><title>{escape(title)}</title><style>{_STYLE}</style>'
        f"</head><body><main><h1>{escape(title)}</h1>{body}</main></body></html>\n"
    )


class _Page:
    """Values as the page shows them. `names`: of products and places, by id."""

    def __init__(self, words: PageWords, names: Mapping[str, str]) -> None:
        self.words = words
        self.names = names

    def section(self, key: str, *parts: str) -> str:
        return f"<section><h2>{escape(self.words.text(key))}</h2>{''.join(parts)}</section>"

    def words_of(self, key: str) -> str:
        return f"<p>{escape(self.words.text(key))}</p>"

    def fields(self, body: Mapping[str, Any], *, currency: str = "") -> str:
        """A row for every field that says something."""
        currency = str(body.get("currency") or currency)
        shown = [
            f"<tr><th>{escape(self._label(name))}</th><td>{self.value(name, value, currency)}</td></tr>"
            for name, value in body.items()
            if name not in _LEFT_OUT and value not in (None, "", [], {})
        ]
        return f"<table>{''.join(shown)}</table>"

    def rows(self, rows: Sequence[Mapping[str, Any]], names: Sequence[str], *, empty: str) -> str:
        """A table with a column for each name, or the words of `empty`."""
        if not rows:
            return self.words_of(empty)
        head = "".join(f"<th>{escape(self._label(name))}</th>" for name in names)
        lines = "".join(
            "<tr>" + "".join(f"<td>{self.value(name, row.get(name), '')}</td>" for name in names) + "</tr>"
            for row in rows
        )
        return f'<table class="list"><tr>{head}</tr>{lines}</table>'

    def value(self, name: str, value: Any, currency: str) -> str:
        """The value, escaped: times as a clock shows them, amounts as money, ids by what they are called."""
        if isinstance(value, Mapping):
            return self.fields(value, currency=currency)
        if isinstance(value, (list, tuple)):
            return "<br>".join(self.value(name, one, currency) for one in value)
        if isinstance(value, bool):
            return escape(self.words.text("privacy.yes" if value else "privacy.no"))
        if value is None:
            return "–"
        if isinstance(value, int) and name.endswith("_minor") and currency:
            return escape(self.words.money(value, currency))
        if isinstance(value, datetime):
            return escape(self.words.time(value))
        if isinstance(value, str) and (name == "at" or name.endswith("_at")):
            return escape(self._time(value))
        if name in ("what", "purpose", "state"):
            return escape(self.words.name_of(name, str(value)))
        return escape(str(self.names.get(str(value), value)))

    def _label(self, name: str) -> str:
        return self.words.name_of("field", name)

    def _time(self, text: str) -> str:
        try:
            return self.words.time(datetime.fromisoformat(text))
        except ValueError:
            return text


def _copy(document: Mapping[str, Any], page: _Page) -> Iterable[str]:
    records = document["records"]
    yield page.words_of("privacy.copy_explained")
    yield page.fields({"made_at": document["made_at"], "request_id": document["request_id"]})
    for kind in (*(one for one in _KINDS if one in records), *sorted(records.keys() - set(_KINDS))):
        blocks = [page.fields(body) for body in records[kind]]
        yield f"<section><h2>{escape(page.words.name_of('kind', kind))}</h2>{''.join(blocks)}</section>"
    yield page.section(
        "privacy.who_looked",
        page.words_of("privacy.who_looked_explained"),
        page.rows(document["accesses"], ("at", "what", "associate_id", "role", "store_id"), empty="privacy.nobody"),
    )
    yield page.section(
        "privacy.where_held", page.rows(document["stores"], ("store_id", "reason", "last_at"), empty="privacy.nowhere")
    )
    yield page.section(
        "privacy.where_from",
        *(page.fields({"source": one["source"], **one["said"]}) for one in document["sources"]),
        *(() if document["sources"] else (page.words_of("privacy.no_source"),)),
    )


def _certificate(document: Mapping[str, Any], page: _Page) -> Iterable[str]:
    is_done = not document["devices_not_confirmed"] and document["state"] == "done"
    yield page.words_of("privacy.certificate_done" if is_done else "privacy.certificate_open")
    facts = {name: value for name, value in document.items() if name not in ("document", "devices")}
    yield page.fields(facts)
    columns = ("name", "state", "confirmed_at", "last_seen_at", "revoked_at", "lease_ends_at")
    missing = [one for one in document["devices"] if one["state"] in ("awaited", "revoked")]
    others = [one for one in document["devices"] if one not in missing]
    yield page.section("privacy.devices_missing", page.rows(missing, columns, empty="privacy.no_device_missing"))
    yield page.section("privacy.devices_confirmed", page.rows(others, columns, empty="privacy.no_device"))
    clean = "privacy.files_clean" if document.get("files_clean_at") else "privacy.files_waiting"
    yield page.section("privacy.files", page.words_of(clean), page.words_of("privacy.files_archives"))
    yield page.section("privacy.books", page.words_of("privacy.books_explained"))


def _breach(document: Mapping[str, Any], page: _Page) -> Iterable[str]:
    yield page.words_of("privacy.breach_explained")
    device = dict(document["device"])
    yield page.fields({"made_at": document["made_at"], "registration_id": device.pop("id"), **device})
    data = {page.words.name_of("kind", kind): count for kind, count in document["data_held"].items()}
    yield page.section(
        "privacy.breach_what",
        page.fields(data) if data else page.words_of("privacy.breach_nobody"),
        f"<p>{escape(page.words.text('privacy.breach_held', count=len(document['customers_held'])))}</p>",
        page.rows(
            [{"customer_id": one} for one in document["customers_held"]], ("customer_id",), empty="privacy.nobody"
        ),
    )
    yield page.section(
        "privacy.breach_when",
        page.fields({"since_at": document["since"]}),
        page.rows(document["opened"], ("at", "what", "associate_id", "customer_id"), empty="privacy.breach_not_opened"),
        page.words_of("privacy.breach_log_contradicted") if document["log_contradicted"] else "",
        page.words_of("privacy.breach_to_fill_in"),
        '<div class="blank"></div>' * 3,
    )
    yield page.section(
        "privacy.breach_effort",
        page.words_of("privacy.breach_revoked" if document["revoked"] else "privacy.breach_not_revoked"),
        page.fields({"lease_ends_at": document["lease_ends_at"]}),
        page.rows(
            document["unconfirmed_erasures"], ("request_id", "customer_ids", "state"), empty="privacy.breach_none_open"
        ),
        page.words_of("privacy.breach_to_fill_in"),
        '<div class="blank"></div>' * 3,
    )
