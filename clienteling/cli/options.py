"""Options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

DataDir = Annotated[Path | None, typer.Option("--data-dir", help="Where this device, or this server, keeps its files.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
DatabaseUrl = Annotated[str | None, typer.Option("--database-url", help="PostgreSQL or SQLite URL; else a file.")]
CentralUrl = Annotated[str | None, typer.Option("--central", help="URL of the central profile API.")]
TokenFilePath = Annotated[Path | None, typer.Option("--token-file", help="The device's token; taken once.")]
KeyFilePath = Annotated[Path | None, typer.Option("--key-file", help="Keys in a file: demo and development only.")]
Port = Annotated[int, typer.Option("--port", min=1, max=65535)]
