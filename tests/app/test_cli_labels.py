"""Labels from the command line: the file, what is told beside it, and what is left alone where it cannot be written."""

import errno
from pathlib import Path

import pytest
from PIL import Image

from clienteling.cli.file_writing import write_files
from clienteling.domain.errors import ClientelingError
from clienteling.labels.proof import opened, read_back, rendered
from clienteling.labels.sheets import MM_PER_INCH, SHEETS, SheetName
from clienteling.settings import certificate_file, remember
from tests.app.shop import Counter
from tests.support.command_line import run

MADE = (("label-1.png", b"one"), ("label-2.png", b"two"))


def links_in(pdf: Path) -> list[str]:
    """What the symbols of the first page say, label by label."""
    with opened(pdf.read_bytes()) as document:
        page = rendered(document, 0, dpi=200)
    sheet, per_mm = SHEETS[SheetName.L7160], 200 / MM_PER_INCH
    cells = [sheet.cell(index) for index in range(sheet.per_page)]
    boxes = [tuple(round(side * per_mm) for side in (one.left, one.top, one.right, one.bottom)) for one in cells]
    return [text for left, top, right, bottom in boxes for text in read_back(page.crop((left, top, right, bottom)))]


def test_labels_are_written_and_each_code_leads_to_its_product(device: Path, tmp_path: Path) -> None:
    file = tmp_path / "label.pdf"
    ran = run("labels", "--data-dir", device, "-o", file, "--start", 3)
    assert ran.status == 0, ran.errors
    assert ran.lines[-1] == f"Written and read back: {file}"
    links = links_in(file)
    assert links
    for link in links:
        assert link.startswith("HTTPS://TOKO.EXAMPLE/SBDG/01/")
        code = run("scan", link, "--data-dir", device, "--json").json
        assert (code["foreign_host"], code["product"] is not None) == (False, True)


def test_what_was_written_counts_as_printed_and_a_dry_run_does_not(device: Path, tmp_path: Path) -> None:
    planned = run("labels", "--data-dir", device, "--changed", "--dry-run", "--json").json
    assert planned["labels"] == planned["of_all"] > 0
    assert planned["files"] == []
    made = run("labels", "--data-dir", device, "--changed", "--json", "-o", tmp_path).json
    assert [Path(file).parent for file in made["files"]] == [tmp_path]
    again = run("labels", "--data-dir", device, "--changed", "-o", tmp_path / "none.pdf")
    assert (again.status, again.lines[0][:16]) == (0, "Nothing to print")
    assert not (tmp_path / "none.pdf").exists()


def test_codes_come_from_a_file_and_what_gets_no_label_is_told(device: Path, tmp_path: Path) -> None:
    codes = tmp_path / "rak.csv"
    codes.write_text("\ufeffKM-L;Kemeja L\r\n\r\nKM-M,Kemeja M\r\nNIHIL\r\n", encoding="utf-8")
    told = run("labels", "--data-dir", device, "--codes", codes, "--dry-run", "--json").json
    assert (told["labels"], told["not_found"]) == (1, ["NIHIL"])
    assert [(one["sku"], one["code"]) for one in told["left_out"]] == [("KM-L", "labels.no_gtin")]
    lines = run("labels", "--data-dir", device, "--codes", codes, "--dry-run").lines
    assert lines[1:3] == ["1 variant gets no label:", "  Kemeja Linen · L  KM-L  has no GTIN"]
    assert lines[-1] == "1 code is not in this store's catalogue: NIHIL"


@pytest.mark.parametrize(
    ("content", "sentence"), [(b"\xff\xfe\x00K", "is not a text file in UTF-8."), (b"\n", "There is no code in")]
)
def test_a_file_without_codes_is_one_sentence(device: Path, tmp_path: Path, content: bytes, sentence: str) -> None:
    file = tmp_path / "rak.txt"
    file.write_bytes(content)
    ran = run("labels", "--data-dir", device, "--codes", file)
    assert (ran.status, ran.output) == (1, "")
    assert sentence in ran.errors


def test_a_label_of_a_roll_is_a_picture_in_the_printers_dots(device: Path, tmp_path: Path) -> None:
    ran = run("labels", "--data-dir", device, "--sheet", "99012", "--dpi", 203, "-o", tmp_path / "rol.png", "--json")
    assert ran.json["files"] == [str(tmp_path / "rol.png")]
    with Image.open(tmp_path / "rol.png") as image:
        assert image.size == (711, 288)


def test_a_printer_gets_zpl_and_a_sheet_gets_a_calibration_page(device: Path, tmp_path: Path) -> None:
    assert run("labels", "--data-dir", device, "--sheet", "30334", "-o", tmp_path / "x.zpl").status == 0
    assert (tmp_path / "x.zpl").read_text("utf-8").startswith("^XA")
    ran = run("labels", "--data-dir", device, "--calibration", "-o", tmp_path / "k.pdf", "--offset-x", "0.5", "--json")
    assert ran.json == {"files": [str(tmp_path / "k.pdf")]}
    assert (tmp_path / "k.pdf").read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize(
    ("asked", "sentence"),
    [
        (("--start", "25"), "This sheet has 21 labels; there is no label 25 to start at."),
        (("--offset-y", "-20"), "With these offsets labels leave the paper. Choose smaller ones."),
        (("--dpi", "96"), "Choose one of these resolutions: 203, 300, 600 dpi."),
        (("--format", "zpl"), "Sheet L7160 is no roll. For a Zebra printer choose a label roll."),
        (("--language", "de"), "Labels are written in: id, en."),
    ],
)
def test_what_cannot_be_printed_is_one_sentence(device: Path, asked: tuple[str, ...], sentence: str) -> None:
    ran = run("labels", "--data-dir", device, *asked)
    assert (ran.status, ran.output, ran.errors) == (1, "", f"{sentence}\n")


def test_a_host_that_is_none_is_one_sentence(counter: Counter, device: Path) -> None:
    remember(device, own_hosts=["https://toko.example"])
    ran = run("labels", "--data-dir", device)
    assert ran.errors.startswith('"https://toko.example" cannot stand on a label')
    remember(device, own_hosts=["toko.example"])


def test_labels_are_in_the_language_asked_for(device: Path, tmp_path: Path) -> None:
    for language in ("id", "en"):
        asked = ("--language", language, "--sheet", "99012", "-o", tmp_path / f"{language}.zpl")
        assert run("labels", "--data-dir", device, *asked).status == 0
    assert "^FDPindai atau tanya: ulasan, stok^FS" in (tmp_path / "id.zpl").read_text("utf-8")
    assert "^FDScan or ask: reviews, stock^FS" in (tmp_path / "en.zpl").read_text("utf-8")


def test_labels_say_to_ask_unless_phones_get_the_page_without_the_internet(device: Path, tmp_path: Path) -> None:
    path = tmp_path / "labels.zpl"
    asked = ("--language", "en", "--sheet", "99012", "-o", path)
    certificate_file(device).write_bytes(b"installed")
    assert run("labels", "--data-dir", device, *asked).status == 0
    assert "^FDScan: reviews, stock, sizes^FS" in path.read_text("utf-8")
    certificate_file(device).unlink()
    assert run("labels", "--data-dir", device, *asked).status == 0
    assert "^FDScan or ask: reviews, stock^FS" in path.read_text("utf-8")


# --- a file that cannot be written


def test_a_folder_that_is_not_there_leaves_nothing_counted_as_printed(device: Path, tmp_path: Path) -> None:
    before = run("labels", "--data-dir", device, "--changed", "--dry-run", "--json").json["labels"]
    ran = run("labels", "--data-dir", device, "-o", tmp_path / "no" / "label.pdf")
    assert (ran.status, ran.errors) == (1, f"There is no such file or folder: {tmp_path / 'no' / 'label.pdf'}\n")
    (tmp_path / "file").write_bytes(b"")
    assert run("labels", "--data-dir", device, "-o", tmp_path / "file" / "label.pdf").status == 1
    assert run("labels", "--data-dir", device, "--changed", "--dry-run", "--json").json["labels"] == before


def _no_room(path: Path, content: bytes) -> None:
    if content == b"two":
        path.write_bytes(content[:1])
        raise OSError(errno.ENOSPC, "No space left on device", str(path))
    path.write_bytes(content)


def _forbidden(path: Path, content: bytes) -> None:
    raise PermissionError(errno.EACCES, "Permission denied", str(path))


def test_a_full_disk_leaves_what_was_there_and_nothing_else(tmp_path: Path) -> None:
    (tmp_path / "label-001.png").write_bytes(b"before")
    with pytest.raises(ClientelingError) as failed:
        write_files(MADE, tmp_path / "label.png", full="labels.disk_full", write=_no_room)
    assert (failed.value.code, failed.value.fields) == ("labels.disk_full", {"file": str(tmp_path)})
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"label-001.png": b"before"}


def test_a_folder_that_may_not_be_written_is_named_without_the_draft(tmp_path: Path) -> None:
    with pytest.raises(PermissionError) as failed:
        write_files(MADE, tmp_path / "label.png", full="labels.disk_full", write=_forbidden)
    assert failed.value.filename == str(tmp_path / "label-001.png")
    assert list(tmp_path.iterdir()) == []
