"""`clienteling labels`: shelf labels of this device's store as a file to print."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from clienteling import command_line_text
from clienteling.cli.file_writing import write_files
from clienteling.cli.opening import opened_device
from clienteling.cli.options import AsJson, DataDir
from clienteling.cli.printing import out, print_json, say
from clienteling.domain.errors import ValidationFailed
from clienteling.settings import read_settings
from clienteling.use_cases.label_orders import LabelChoice, LabelFormat, LabelOrder, LabelPlan, MadeLabels, SheetName

if TYPE_CHECKING:
    from clienteling.use_cases.label_orders import LabelServices

_MOST_LINES = 20


def labels(
    changed: Annotated[
        bool, typer.Option("--changed", help="Only labels that changed since they were printed.")
    ] = False,
    in_stock: Annotated[bool, typer.Option("--in-stock", help="Only what this store has.")] = False,
    category: Annotated[str, typer.Option(help="Only this category.")] = "",
    brand: Annotated[str, typer.Option(help="Only this brand.")] = "",
    words: Annotated[str, typer.Option(help="Only what the product search finds.")] = "",
    code: Annotated[list[str] | None, typer.Option(help="A GTIN or SKU; may be given often.")] = None,
    codes: Annotated[Path | None, typer.Option(help="A text file with a GTIN or SKU in each line.")] = None,
    sheet: Annotated[SheetName, typer.Option(help="99012 and 30334 are rolls.")] = SheetName.L7160,
    start: Annotated[int, typer.Option(help="The first free label of the first sheet.")] = 1,
    offset_x: Annotated[float, typer.Option(help="Millimetres to the right.")] = 0.0,
    offset_y: Annotated[float, typer.Option(help="Millimetres down.")] = 0.0,
    dpi: Annotated[int, typer.Option(help="The printer's: 203, 300 or 600.")] = 300,
    file_format: Annotated[
        LabelFormat | None, typer.Option("--format", help="Else by the ending of --output, else pdf.")
    ] = None,
    language: Annotated[str, typer.Option(help="Of the words on the labels: id or en.")] = "",
    output: Annotated[Path | None, typer.Option("--output", "-o", help="A file, or a folder.")] = None,
    calibration: Annotated[bool, typer.Option("--calibration", help="A page to hold against a sheet.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be printed.")] = False,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Make shelf labels of this store, read every code back, and write the file to print.

    What was written counts as printed: --changed leaves it out until its name, price or promotion changes.
    """

    told = [*(code or ()), *(_codes_of(codes) if codes is not None else ())]
    order = LabelOrder(
        LabelChoice(changed, in_stock, category, brand, words, tuple(told)),
        sheet,
        start,
        offset_x,
        offset_y,
        dpi,
        file_format or _format_of(output),
        _language(language),
    )
    if codes is not None and not told:
        raise ValidationFailed("codes", "labels.no_codes_in_file", file=str(codes))
    with opened_device(read_settings(data_dir)) as device:
        assert device.services.labels is not None
        if calibration:
            files = _written(device.services.labels.calibrate(order), output)
            _tell_files(files, as_json=as_json)
            return
        _print(device.services.labels, order, output, dry_run=dry_run, as_json=as_json)


def _print(services: "LabelServices", order: LabelOrder, output: Path | None, *, dry_run: bool, as_json: bool) -> None:
    plan = services.plan(order)
    files: list[Path] = []
    if plan.labels and not dry_run:
        with command_line_text.label_progress(len(plan.labels), shown=not as_json) as on_progress:
            made = services.make(order, on_progress=on_progress)
        files = _written(made, output)
        services.handed_out(made)
    if as_json:
        print_json(_as_json(plan, files))
        return
    translator = command_line_text.translator()
    for line in command_line_text.label_lines(translator, plan, most=_MOST_LINES):
        out.print(line, markup=False)
    _tell_files(files, as_json=False)


def _written(made: MadeLabels, output: Path | None) -> list[Path]:
    return write_files(made.files, output, full="labels.disk_full")


def _tell_files(files: Sequence[Path], *, as_json: bool) -> None:
    if as_json:
        print_json({"files": files})
        return
    for file in files:
        say("cli.labels_file", file=str(file))


def _as_json(plan: LabelPlan, files: Sequence[Path]) -> dict[str, Any]:
    return {
        "labels": len(plan.labels),
        "pages": plan.pages,
        "of_all": plan.of_all,
        "left_out": [
            {"name": one.name, "sku": one.sku, "gtin": one.gtin, "code": one.reason.value} for one in plan.left_out
        ],
        "not_found": list(plan.not_found),
        "notes": [{"code": note.code, **note.values} for note in plan.notes],
        "files": list(files),
    }


def _codes_of(file: Path) -> list[str]:
    """The first cell of every line."""
    try:
        text = file.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValidationFailed("codes", "labels.codes_not_text", file=str(file)) from error
    cells = (line.replace(";", ",").replace("\t", ",").split(",")[0].strip().strip('"') for line in text.splitlines())
    return [cell for cell in cells if cell]


def _format_of(output: Path | None) -> LabelFormat:
    ending = output.suffix.lower().removeprefix(".") if output is not None else ""
    return next((one for one in LabelFormat if one.value == ending), LabelFormat.PDF)


def _language(told: str) -> str:
    from clienteling.i18n import LOCALES

    if told and told not in LOCALES:
        raise ValidationFailed("language", "labels.unknown_language", allowed=", ".join(LOCALES))
    return told
