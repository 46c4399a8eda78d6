"""How a central profile API is run. Read from flags, environment and file by the program that starts it."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class CentralSettings:
    """`pictures_folder` None: no pictures are served. `snapshots_folder` None: devices fetch everything by pages.
    `erasure_list`: where whom to erase again after a restore is kept; None only where nobody is ever erased.

    `snapshot_min_records`: a scope with fewer is as well fetched by pages. `migrates`: the schema is brought up to date
    at start. `require_sign_in`: enrolled devices write for associates who have a key there, and for nobody else.
    `phones_url`: where customers' phones reach the page that answers links (`consent_links`); "" for nowhere.
    """

    database_url: str
    pictures_folder: Path | None = None
    snapshots_folder: Path | None = None
    erasure_list: Path | None = None
    snapshot_min_records: int = 2_000
    migrates: bool = True
    require_sign_in: bool = False
    phones_url: str = ""
