"""The papers of customers' requests and of a lost device: a page to print, and its data."""

import json
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from clienteling import command_line_text
from clienteling.cli.file_writing import write_files
from clienteling.cli.options import AsJson, DatabaseUrl, DataDir
from clienteling.cli.printing import plain, print_json, say
from clienteling.cli.serving import server_database
from clienteling.settings import assets_dir
from sync.protocol.private_files import private
from sync.protocol.times import from_wire, utc_now

Output = Annotated[Path | None, typer.Option("--out", help="Folder for the files; else this one.")]
Language = Annotated[str | None, typer.Option("--language", help="Of the page: id or en; else yours.")]


def breach_report(
    device_id: Annotated[str, typer.Argument(help="The lost device's id, as `central devices` tells it.")],
    since: Annotated[str | None, typer.Option("--since", help="When it was last in safe hands, RFC 3339.")] = None,
    output: Output = None,
    language: Language = None,
    data_dir: DataDir = None,
    database_url: DatabaseUrl = None,
    as_json: AsJson = False,
) -> None:
    """Write whom a lost device held and who was opened on it, as JSON and as a page for the written notification."""
    from sync.central_api.breach_report import breach_report as read_report

    wanted = device_id.strip().lower()
    with server_database(data_dir, database_url) as database:
        document = read_report(database, wanted, since=moment(since, "--since"), now=utc_now())
    write_paper(document, f"breach-report-{wanted}", output, language, as_json=as_json)


def moment(text: str | None, option: str) -> datetime | None:
    """The time of an option, RFC 3339; None where it was not given."""
    try:
        return from_wire(text) if text is not None else None
    except ValueError as error:
        raise typer.BadParameter(option) from error


def write_paper(
    document: dict[str, Any], name: str, output: Path | None, language: str | None, *, as_json: bool
) -> None:
    """The document as `<name>.json` and as a page, in the folder or here. Raises ClientelingError, OSError."""
    from clienteling.i18n import LOCALES, load_translator
    from clienteling.i18n.privacy_words import PrivacyWords
    from clienteling.reports.privacy_page import privacy_page

    if language is not None and language not in LOCALES:
        raise typer.BadParameter("--language")
    words = load_translator(assets_dir() / "i18n", language) if language else command_line_text.translator()
    page = privacy_page(document, PrivacyWords(words)).encode()
    data = json.dumps(document, default=plain, ensure_ascii=False, indent=2).encode() + b"\n"
    if output is not None:
        output.mkdir(mode=0o700, parents=True, exist_ok=True)
    files = [(f"{name}.json", data), (f"{name}.html", page)]
    paths = write_files(files, output, full="requests.no_room", write=_write_private)
    if as_json:
        print_json({"files": [str(one) for one in paths]})
        return
    for path in paths:
        say("requests.written", file=str(path))


def _write_private(path: Path, content: bytes) -> None:
    """What is in it is for the customer, or for an authority: nobody else on this machine reads it."""
    with open(path, "wb", opener=private) as file:
        file.write(content)
