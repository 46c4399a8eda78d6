"""What an order's rows say together: its own cells wherever they stand, prices from line totals, totals where none is.

Tills and marketplaces repeat an order's cells on each row, or write them on one of its rows. A total that the file
states is taken as stated; only where it has no such column is it added up from the lines.
"""

from collections.abc import Sequence
from decimal import ROUND_CEILING, Decimal

from sync.connectors.cell_values import minor_exponent
from sync.connectors.csv_reading import one_line
from sync.connectors.errors import CellRefused
from sync.connectors.foreign_cells import decimal_or_none
from sync.connectors.mapped_rows import LINE_TOTAL, LINE_VARIANT, MappedRow

_OF_THE_ORDER = (
    "Created at", "Fulfillment Status", "Financial Status", "Cancelled at", "Currency", "Source", "Location",
    "Employee", "Total", "Subtotal", "Discount Amount", "Shipping", "Taxes", "Refunded Amount", "Notes", "Customer ID",
    "Billing Name", "Email", "Phone", "Billing City",
)  # fmt: skip
_OF_THE_PRODUCT = (
    "Title", "Body (HTML)", "Vendor", "Type", "Tags", "Status", "Option1 Name", "Option2 Name", "Option3 Name",
)  # fmt: skip
_ZERO = Decimal(0)


def finish_order(rows: Sequence[MappedRow]) -> None:
    """Completes the first row by the others, and every row's line. Raises CellRefused: these are two orders' rows."""
    first = rows[0]
    _refuse_two_orders(rows)
    _fill(first, rows, _OF_THE_ORDER)
    for row in rows:
        _finish_line(row)
    _add_up(first, rows)
    _cancel(first)


def _add_up(first: MappedRow, rows: Sequence[MappedRow]) -> None:
    """Gives the order the totals that no cell states."""
    if first.raw("Subtotal") and first.raw("Total"):
        return
    lines = sum((_line_amount(row) for row in rows), start=_ZERO)
    if not first.raw("Subtotal"):
        first.put("Subtotal", str(lines))
    if not first.raw("Total"):
        first.put("Total", str(max(_ZERO, lines - _number(first, "Discount Amount") + _number(first, "Shipping"))))


def finish_product(rows: Sequence[MappedRow]) -> None:
    """Completes the first row of a product by the others."""
    _fill(rows[0], rows, _OF_THE_PRODUCT)


def _refuse_two_orders(rows: Sequence[MappedRow]) -> None:
    """Raises CellRefused where the rows of one number name two times: a till that counts anew every day."""
    written = {raw: row for row in rows if (raw := row.raw("Created at"))}
    if len(written) > 1 and len({row.text("Created at") for row in written.values()}) > 1:
        raise CellRefused("import.rows_disagree", "Created at")


def _fill(first: MappedRow, rows: Sequence[MappedRow], columns: Sequence[str]) -> None:
    for column in columns:
        if column not in first.plan.cells or first.raw(column):
            continue
        other = next((row for row in rows if row.raw(column)), None)
        if other is not None:
            first.borrow(column, other)


def _finish_line(row: MappedRow) -> None:
    name, sku, variant = row.raw("Lineitem name"), row.raw("Lineitem sku"), row.raw(LINE_VARIANT)
    if not name and not sku:
        row.put("Lineitem quantity", "")
        return
    words = name or sku
    row.put("Lineitem name", one_line(f"{words} - {variant}" if variant and variant not in words else words))
    if not row.raw("Lineitem price") and row.raw(LINE_TOTAL):
        _price_from_total(row)


def _price_from_total(row: MappedRow) -> None:
    """A price for one piece; what rounding it up to the smallest unit adds, the line's discount takes off."""
    try:
        total = decimal_or_none(row.text(LINE_TOTAL))
    except CellRefused as refused:
        row.refuse_instead("Lineitem price", refused.reason, LINE_TOTAL)
        return
    pieces = _number(row, "Lineitem quantity")
    if total is None:
        row.refuse_instead("Lineitem price", "import.bad_money", LINE_TOTAL)
        return
    if pieces <= 0:
        row.put("Lineitem price", str(total))
        return
    smallest = Decimal(1).scaleb(-minor_exponent(row.text("Currency").upper()))
    price = (total / pieces).quantize(smallest, rounding=ROUND_CEILING)
    row.put("Lineitem price", str(price))
    row.put("Lineitem discount", str(_number(row, "Lineitem discount") + price * pieces - total))


def _line_amount(row: MappedRow) -> Decimal:
    pieces, price = _number(row, "Lineitem quantity"), _number(row, "Lineitem price")
    return pieces * price - _number(row, "Lineitem discount")


def _number(row: MappedRow, column: str) -> Decimal:
    """The cell as a number, 0 where it is empty or cannot be read: whoever makes the record says that."""
    try:
        return decimal_or_none(row.text(column)) or _ZERO
    except CellRefused:
        return _ZERO


def _cancel(first: MappedRow) -> None:
    """Cancels an order whose status is one of the mapping's words for that: since it was placed, unless a cell says."""
    statuses = {status.casefold() for status in first.plan.entry.cancelled_statuses}
    said = {first.raw(column).casefold() for column in ("Fulfillment Status", "Financial Status")}
    if said & statuses - {""} and not first.raw("Cancelled at"):
        first.put("Cancelled at", first.text("Created at"))
