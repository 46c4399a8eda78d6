"""How a central profile API is run. Read from flags, environment and file by the program that starts it."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class CentralSettings:
    """`pictures_folder` None: no pictures are served. `migrates`: the schema is brought up to date at start."""

    database_url: str
    pictures_folder: Path | None = None
    migrates: bool = True
