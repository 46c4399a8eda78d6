"""Writes small Excel workbooks for tests, and the one of the import examples: the parts that every reader needs.

Source of the form: ECMA-376 Part 1 (SpreadsheetML), inline strings.
"""

import zipfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from xml.sax.saxutils import escape

Cell = str | int | float | datetime | None

_EPOCH = datetime.fromisoformat("1899-12-30")
_WRITTEN = (2026, 11, 1, 0, 0, 0)
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_RELATED = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_STYLES = (
    f'<styleSheet xmlns="{_MAIN}"><fonts count="1"><font/></fonts><fills count="1"><fill/></fills>'
    '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
    '<cellXfs count="2"><xf/><xf numFmtId="22" applyNumberFormat="1"/></cellXfs></styleSheet>'
)


def write_workbook(path: Path, rows: Sequence[Sequence[Cell]], *, sheet: str = "orders") -> Path:
    """The workbook with one sheet of these rows, from cell A1; the same rows give the same bytes."""
    cells = "".join(_row(number, row) for number, row in enumerate(rows, start=1))
    return write_sheet_xml(path, f"<sheetData>{cells}</sheetData>", sheet=sheet)


def write_sheet_xml(path: Path, inner: str, *, sheet: str = "orders") -> Path:
    """The workbook whose one sheet is this XML."""
    parts = {
        "[Content_Types].xml": (
            f'<Types xmlns="{_TYPES}"><Default Extension="xml" ContentType="application/xml"/>'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{_KIND}.sheet.main+xml"/>'
            f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_KIND}.worksheet+xml"/>'
            f'<Override PartName="/xl/styles.xml" ContentType="{_KIND}.styles+xml"/></Types>'
        ),
        "_rels/.rels": (
            f'<Relationships xmlns="{_RELATED}"><Relationship Id="rId1" Type="{_OFFICE}/officeDocument" '
            'Target="xl/workbook.xml"/></Relationships>'
        ),
        "xl/workbook.xml": (
            f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
            f'<sheet name="{escape(sheet)}" sheetId="1" r:id="rId1"/></sheets></workbook>'
        ),
        "xl/_rels/workbook.xml.rels": (
            f'<Relationships xmlns="{_RELATED}"><Relationship Id="rId1" Type="{_OFFICE}/worksheet" '
            f'Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="{_OFFICE}/styles" '
            'Target="styles.xml"/></Relationships>'
        ),
        "xl/styles.xml": _STYLES,
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{_MAIN}">{inner}</worksheet>',
    }
    with zipfile.ZipFile(path, "w") as workbook:
        for name, text in parts.items():
            member = zipfile.ZipInfo(name, _WRITTEN)
            member.compress_type = zipfile.ZIP_DEFLATED
            workbook.writestr(member, _HEAD + text)
    return path


def _row(number: int, cells: Sequence[Cell]) -> str:
    written = "".join(_cell(f"{_letters(place)}{number}", cell) for place, cell in enumerate(cells, start=1))
    return f'<row r="{number}">{written}</row>'


def _cell(place: str, cell: Cell) -> str:
    match cell:
        case None | "":
            return ""
        case str():
            return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{escape(cell)}</t></is></c>'
        case datetime():
            return f'<c r="{place}" s="1"><v>{(cell - _EPOCH).total_seconds() / 86_400!r}</v></c>'
        case _:
            return f'<c r="{place}"><v>{cell!r}</v></c>'


def _letters(place: int) -> str:
    letters = ""
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


SHOPEE = (
    "No. Pesanan", "Status Pesanan", "Waktu Pesanan Dibuat", "Nama Produk", "Nomor Referensi SKU", "Nama Variasi",
    "Harga Awal", "Harga Setelah Diskon", "Jumlah", "Voucher Ditanggung Penjual", "Ongkos Kirim Dibayar oleh Pembeli",
    "Total Pembayaran", "Catatan dari Pembeli", "Username (Pembeli)", "Nama Penerima", "No. Telepon", "Kota/Kabupaten",
)  # fmt: skip
SHOPEE_ORDERS: tuple[tuple[Cell, ...], ...] = (
    SHOPEE,
    ("261003ABCD1234", "Selesai", "2026-10-03 14:05", "Kemeja Linen", "KM-BR-M", "Biru,M", "399.000", "349.000", 1,
     "Rp10.000", "12.000", "506.000", "", "siti_r88", "S****i", "******11", "KOTA BANDUNG"),
    ("261003ABCD1234", "Selesai", "2026-10-03 14:05", "Topi Pandan", "TP-01", "", "155.000", "155.000", 1,
     "Rp10.000", "12.000", "506.000", "", "siti_r88", "S****i", "******11", "KOTA BANDUNG"),
    ("261004WXYZ9876", "Batal", datetime.fromisoformat("2026-10-04T20:15"), "Sarung Tenun", "ST-MRH", "Merah",
     1_250_000, 1_250_000, 1, 0, 15_000, 1_265_000, "Untuk kado", "made.w", "M***e", "******90", "KOTA DENPASAR"),
)  # fmt: skip


if __name__ == "__main__":
    examples = Path(__file__).parents[2] / "assets" / "import_examples"
    write_workbook(examples / "shopee" / "Order.all.20261001_20261031.xlsx", SHOPEE_ORDERS)
