"""Every look-up command: what it prints for people, and the exact fields it prints for scripts."""

import io
import json
import os
import re
import select
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import qrcode

from clienteling.command_line_text import find_lines
from clienteling.domain.views import LookupRow, MatchReason
from clienteling.i18n import load_translator
from clienteling.settings import assets_dir
from sync.protocol.times import from_wire
from tests.app.shop import SHIRT, SHIRT_M, SITI, Counter
from tests.support.command_line import run

SCAN_FIELDS = ["input", "kind", "gtin", "ais", "foreign_host", "error"]
GTIN = "04006381333931"
VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "gs1_digital_link.json").read_text("utf-8"))
OWN_LINK = f"https://toko.example/sBDG/01/{GTIN}"


# find


def test_find_tells_scripts_six_fields_of_everyone_it_finds(counter: Counter) -> None:
    ran = run("find", "sit", "--data-dir", counter.device, "--json")
    assert (ran.status, ran.errors) == (0, "")
    assert ran.json == [
        {
            "id": SITI,
            "name": "Siti Rahmawati",
            "phone": "+6281200001111",
            "email": "siti@surel.example",
            "loyalty_number": "BT-0012345",
            "why": "name",
        }
    ]


@pytest.mark.parametrize(
    ("typed", "why"), [("0812-0000-1111", "phone"), ("SITI@surel.example", "email"), ("bt0012345", "loyalty")]
)
def test_find_says_by_what_it_found(counter: Counter, typed: str, why: str) -> None:
    assert [row["why"] for row in run("find", typed, "--data-dir", counter.device, "--json").json] == [why]


def test_find_tells_people_apart_without_whole_numbers(counter: Counter) -> None:
    (line,) = run("find", "siti", "--data-dir", counter.device).lines
    assert line.startswith("Bu Siti Rahmawati")
    assert line.endswith(SITI)
    assert "···· 1111" in line
    assert "81200001111" not in line


def test_find_says_when_people_were_last_here_as_the_screen_does(counter: Counter) -> None:
    suharti, siti = run("find", "s", "--data-dir", counter.device).lines
    assert " ···· 2222 Bandung          not here yet " in suharti
    assert re.search(r" ···· 1111 Bandung          last here \d+ \w+ ago +Emas ", siti)


def test_a_guest_without_name_or_home_store_is_told_by_what_there_is() -> None:
    at = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
    guest = LookupRow(
        customer_id="01", name="", salutation="", phone="", email="tamu@surel.example", loyalty_number="",
        home_store="", last_visit_at=at - timedelta(minutes=40), tier="", why=MatchReason.EMAIL, city="Cimahi",
    )  # fmt: skip
    (line,) = find_lines(load_translator(assets_dir() / "i18n", "id"), [guest], now=at)
    assert line.split() == ["tamu@surel.example", "Cimahi", "terakhir", "40", "menit", "lalu", "01"]


def test_find_says_when_nobody_matches(counter: Counter) -> None:
    assert run("find", "zzz", "--data-dir", counter.device).output == "Nobody on this device matches.\n"
    assert run("find", "zzz", "--data-dir", counter.device, "--json").json == []


def test_find_prints_one_line_of_valid_json_through_a_real_process(counter: Counter) -> None:
    words = [sys.executable, "-m", "clienteling", "find", "suharti", "--data-dir", str(counter.device), "--json"]
    done = subprocess.run(words, capture_output=True, check=True, timeout=120)
    assert [row["name"] for row in json.loads(done.stdout)] == ["Suharti"]
    assert done.stderr == b""


# customer


def test_customer_tells_everything_the_device_holds(counter: Counter) -> None:
    told = run("customer", SITI, "--data-dir", counter.device, "--json").json
    assert (told["id"], told["name"], told["salutation"]) == (SITI, "Siti Rahmawati", "Bu")
    assert [line["name"] for line in told["orders"][0]["lines"]] == ["Kemeja Linen - M"]
    assert told["orders"][0]["placed_at"] == "2024-05-01T03:11:12Z"
    assert len(told["wishlist"]) == 1


def test_customer_shows_people_a_few_lines(counter: Counter) -> None:
    lines = run("customer", SITI, "--data-dir", counter.device).lines
    assert lines[0] == "Bu Siti Rahmawati"
    assert lines[1] == "+6281200001111  siti@surel.example  Bandung  Emas"
    assert lines[2] == "Purchase history: 1; wishlist: 1; notes: 1"
    assert lines[3] == "2024-05-01  Bandung  Kemeja Linen - M ×1"


def test_an_id_may_be_typed_in_capitals(counter: Counter) -> None:
    told = run("customer", f" {SITI.upper()} ", "--data-dir", counter.device, "--json").json
    assert told["id"] == SITI


@pytest.mark.parametrize("unknown", ["00000000-0000-7000-8000-000000000000", "nobody", "' OR 1=1"])
def test_a_customer_who_is_not_here_is_a_sentence(counter: Counter, unknown: str) -> None:
    ran = run("customer", unknown, "--data-dir", counter.device, "--json")
    assert (ran.status, ran.output, len(ran.errors.splitlines())) == (1, "", 1)
    assert "customer." not in ran.errors


# scan


def test_scan_tells_scripts_what_a_code_means_and_the_product_here(counter: Counter) -> None:
    told = run("scan", OWN_LINK, "--data-dir", counter.device, "--json").json
    assert list(told) == [*SCAN_FIELDS, "product"]
    product = told.pop("product")
    assert told == {
        "input": OWN_LINK,
        "kind": "product",
        "gtin": GTIN,
        "ais": [["01", GTIN]],
        "foreign_host": False,
        "error": None,
    }
    assert (product["id"], product["name"], product["variant_id"]) == (SHIRT, "Kemeja Linen", SHIRT_M)


@pytest.mark.parametrize(
    ("code", "kind", "has_product"),
    [
        ("4006381333931", "product", True),
        ("KM-L", "product", True),
        ("8990000010203", "product", False),
        ("BT-0012345", "loyalty", False),
        ("https://evil.example/login", "foreign_link", False),
        ("4006381333930", "unknown", False),
        ("", "unknown", False),
    ],
)
def test_scan_knows_each_kind_of_code(counter: Counter, code: str, kind: str, has_product: bool) -> None:
    told = run("scan", code, "--data-dir", counter.device, "--json").json
    assert (told["kind"], told["product"] is not None, list(told)) == (kind, has_product, [*SCAN_FIELDS, "product"])


def test_scan_shows_people_a_product_a_reason_or_the_text_alone(counter: Counter) -> None:
    def shown(code: str) -> str:
        return run("scan", code, "--data-dir", counter.device).output

    assert shown(OWN_LINK) == f"Kemeja Linen  {GTIN}\n"
    assert shown("8990000010203") == "Item 08990000010203 is not on this device.\n"
    assert (
        shown("https://evil.example/[red]")
        == "This code leads to another address. It is not opened.  https://evil.example/[red]\n"
    )
    assert shown("4006381333930").startswith("The check digit does not fit")


def picture_of(path: Path, *texts: str) -> Path:
    """A picture with a QR code for each text, one below the other."""
    from PIL import Image

    codes = []
    for text in texts:
        raw = io.BytesIO()
        qrcode.make(text, box_size=6).save(raw)
        codes.append(Image.open(raw).convert("L"))
    sheet = Image.new("L", (max(c.width for c in codes), sum(c.height for c in codes)), 255)
    top = 0
    for code in codes:
        sheet.paste(code, (0, top))
        top += code.height
    sheet.save(path)
    return path


def test_scan_reads_a_picture(counter: Counter, tmp_path: Path) -> None:
    told = run("scan", "--image", picture_of(tmp_path / "a.png", OWN_LINK), "--data-dir", counter.device, "--json").json
    assert (told["input"], told["gtin"], told["product"]["name"]) == (OWN_LINK, GTIN, "Kemeja Linen")


def test_of_several_codes_in_a_picture_the_product_here_is_told(counter: Counter, tmp_path: Path) -> None:
    picture = picture_of(tmp_path / "a.png", "https://evil.example/", OWN_LINK)
    told = run("scan", "--image", picture, "--data-dir", counter.device, "--json").json
    assert told["product"]["id"] == SHIRT
    assert len(run("scan", "--image", picture, "--data-dir", counter.device).lines) == 2


def test_a_picture_without_a_code_is_an_answer_and_one_that_is_none_a_sentence(
    counter: Counter, tmp_path: Path
) -> None:
    from PIL import Image

    Image.new("L", (200, 200), 255).save(tmp_path / "blank.png")
    told = run("scan", "--image", tmp_path / "blank.png", "--data-dir", counter.device, "--json").json
    assert (told["kind"], told["error"], told["product"]) == ("unknown", "scan.no_code_in_picture", None)
    ran = run("scan", "--image", tmp_path / "blank.png", "--data-dir", counter.device)
    assert (ran.status, ran.output) == (0, "There is no code in this picture. Move closer, with more light.\n")
    (tmp_path / "text.png").write_text("not a picture")
    for name, sentence in (
        ("text.png", "This file is not a picture that can be read."),
        ("none.png", "That file cannot be read."),
    ):
        ran = run("scan", "--image", tmp_path / name, "--data-dir", counter.device, "--json")
        assert (ran.status, ran.output, ran.errors) == (1, "", f"{sentence}\n")


def test_scan_reads_a_code_a_line_without_a_product(tmp_path: Path) -> None:
    ran = run("scan", "--lines", "--data-dir", tmp_path / "none", stdin=f"{OWN_LINK}\r\n\xff\n\n".encode("latin-1"))
    told = [json.loads(line) for line in ran.lines]
    assert [list(one) for one in told] == [SCAN_FIELDS] * 3
    assert [one["gtin"] for one in told] == [GTIN, None, None]
    assert not (tmp_path / "none").exists()


def test_every_line_gets_one_line_of_ascii_whatever_is_in_it(tmp_path: Path) -> None:
    texts = ["A\rB", "A\x00B", "x\u2028y\x85z", f"\ufeff{GTIN}", "Kémeja", "٠٢٣", "\x1d", "\u202eAB", "WIFI:P:x\u200d"]
    ran = run("scan", "--lines", "--json", stdin="\n".join(texts).encode())
    assert ran.output.isascii()
    assert [json.loads(line)["input"] for line in ran.output.splitlines()] == texts


def test_the_error_of_a_line_that_is_not_text_is_a_key_and_the_next_line_is_read() -> None:
    broken = b"\xed\xa0\x80\n\xff\xfe\n\xc3\n" + GTIN.encode()
    told = [json.loads(line) for line in run("scan", "--lines", "--json", stdin=broken).lines]
    assert [one["error"] for one in told] == [*["scan.unknown"] * 3, None]


def test_each_line_is_answered_before_the_next_is_awaited() -> None:
    command = [sys.executable, "-m", "clienteling", "scan", "--lines", "--json"]
    buffered = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=buffered) as asked:
        assert asked.stdin is not None
        assert asked.stdout is not None
        for code in (GTIN, "WIFI:P:x"):
            asked.stdin.write(f"{code}\n".encode())
            asked.stdin.flush()
            assert select.select([asked.stdout], [], [], 30)[0]
            assert json.loads(asked.stdout.readline())["input"] == code
        asked.stdin.close()
        assert asked.wait(60) == 0


@pytest.mark.parametrize("code", ["Kémeja ☃", os.fsdecode(b"\xff\xfe")])
@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8"])
def test_scan_answers_where_the_terminal_cannot_write_the_code(code: str, encoding: str, tmp_path: Path) -> None:
    """A pipe on Windows takes one code page; an argument on Linux may hold bytes that are no text."""
    ran = run("scan", code, "--data-dir", tmp_path / "none", "--json", encoding=encoding)
    assert (ran.status, ran.errors, ran.json["input"]) == (0, "", code)
    ran = run("scan", code, "--data-dir", tmp_path / "none", encoding=encoding)
    assert (ran.status, ran.errors, len(ran.lines)) == (0, "", 1)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("strict_valid", ("--strict",)),
        ("strict_valid", ()),
        ("tolerant_valid", ()),
        ("check_digit_valid", ()),
        ("tolerant_valid", ("--strict",)),
        ("strict_invalid", ("--strict",)),
        ("check_digit_invalid", ()),
    ],
)
def test_every_published_input_has_its_answer_on_its_line(name: str, words: tuple[str, ...]) -> None:
    inputs = VECTORS[name]
    ran = run("scan", "--lines", "--json", *words, stdin="\n".join(one["input"] for one in inputs).encode() + b"\n")
    told = [json.loads(line) for line in ran.lines]
    assert [one["input"] for one in told] == [one["input"] for one in inputs]
    is_read = name.endswith("_valid") and (name, words) != ("tolerant_valid", ("--strict",))
    for one, expected in zip(told, inputs, strict=True):
        assert (one["error"] is None) == is_read
        if not is_read:
            assert (one["kind"], one["gtin"], one["ais"]) == ("unknown", None, None)
            continue
        assert one["kind"] in ("product", "gs1")
        assert expected["expected_ais"] in (None, one["ais"])
        assert expected["expected_gtin"] in (None, one["gtin"])
        assert one["foreign_host"] == ("://" in one["input"])


@pytest.mark.parametrize(
    ("code", "kind", "foreign", "error"),
    [
        ("4006381333930", "unknown", False, "scan.wrong_check_digit"),
        ("400638133393112", "unknown", False, "scan.wrong_length"),
        (OWN_LINK.replace("sBDG", "SXXX"), "product", False, None),
        (f"HTTPS://TOKO.EXAMPLE.EVIL/01/{GTIN}", "product", True, None),
        (f"https://toko.example@evil/01/{GTIN}", "foreign_link", True, "scan.foreign_link"),
        ("WIFI:S:Toko;T:WPA;P:rahasia;;", "foreign_link", False, "scan.wifi_network"),
        ("BEGIN:VCARD\nFN:Siti rahasia\nEND:VCARD", "foreign_link", False, "scan.contact_card"),
        ("A\x1b[31mB\u202eC\nD", "unknown", False, "scan.control_character"),
    ],
)
def test_a_code_that_is_wrong_or_hostile_has_its_stated_outcome(
    counter: Counter, code: str, kind: str, foreign: bool, error: str | None
) -> None:
    told = run("scan", code, "--data-dir", counter.device, "--json").json
    assert (told["kind"], told["foreign_host"], told["error"]) == (kind, foreign, error)
    assert (told["gtin"], told["product"] is not None) == ((GTIN, True) if kind == "product" else (None, False))
    ran = run("scan", code, "--data-dir", counter.device)
    assert "rahasia" not in ran.output
    assert ran.output.removesuffix("\n").isprintable()


def test_strict_takes_digital_links_and_nothing_else(counter: Counter) -> None:
    lines = run("scan", "--lines", "--strict", stdin=f"{OWN_LINK}\n4006381333931\n".encode()).lines
    assert [json.loads(line)["error"] is None for line in lines] == [True, False]
    one = run("scan", "4006381333931", "--strict", "--data-dir", counter.device, "--json").json
    assert (one["error"] is None, one["product"]) == (False, None)
    link = run("scan", OWN_LINK, "--strict", "--data-dir", counter.device, "--json").json
    assert (link["error"], link["product"]["id"]) == (None, SHIRT)


def test_scan_needs_no_device_to_say_what_a_code_means(tmp_path: Path) -> None:
    told = run("scan", OWN_LINK, "--data-dir", tmp_path / "none", "--json").json
    assert (told["gtin"], told["product"]) == (GTIN, None)
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize(
    "words", [(), ("123", "--image", "a.png"), ("--lines", "--image", "a.png"), ("--lines", "123")]
)
def test_scan_wants_one_thing_to_read(words: tuple[str, ...]) -> None:
    assert run("scan", *words).status == 2


# status


def test_status_tells_scripts_five_fields(counter: Counter) -> None:
    told = run("status", "--data-dir", counter.device, "--json").json
    assert list(told) == ["last_synced_at", "waiting", "needs_attention", "cached_customers", "schema"]
    assert told["last_synced_at"].endswith("Z")
    assert (told["waiting"], told["needs_attention"], told["cached_customers"]) == (0, 0, 2)
    assert isinstance(told["schema"], int)


def test_status_is_a_sentence_for_people(counter: Counter) -> None:
    (line,) = run("status", "--data-dir", counter.device).lines
    synced_at = from_wire(run("status", "--data-dir", counter.device, "--json").json["last_synced_at"])
    when = re.match(r"Last synced: (\d{4}-\d\d-\d\d \d\d:\d\d) \(UTC([+-]\d\d:\d\d)\); ", line)
    assert when is not None
    assert datetime.fromisoformat(f"{when[1]}{when[2]}") == synced_at.replace(second=0, microsecond=0)
    assert line.endswith("; waiting: 0; needs attention: 0; customers on this device: 2")
