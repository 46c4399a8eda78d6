"""Product pictures on the device: fetched once from the central profile API, then shown without a network.

Pictures are the catalogue's and public; nothing about a person is among them. A product names its picture by a path of
the import folder or by an address of its own; both become one file name.
"""

import logging
from collections.abc import Iterable
from pathlib import Path

import httpx

from clienteling.catalogue.pictures import TYPES, picture_name

log = logging.getLogger(__name__)

MAX_BYTES = 8 * 1024 * 1024
FETCHES_A_ROUND = 500


def picture_file(folder: Path, name: str) -> Path | None:
    """The picture's file, or None for anything that is not a picture directly in `folder`."""
    if Path(name).name != name or Path(name).suffix.lower() not in TYPES:
        return None
    path = folder / name
    return path if path.is_file() else None


class PictureCache:
    """The pictures of one device in `folder`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def missing(self, pictures: Iterable[str]) -> list[str]:
        """File names of those not on disk yet, each once, in order."""
        names = dict.fromkeys(name for picture in pictures if (name := picture_name(picture)))
        return [name for name in names if not (self.folder / name).exists()]

    async def fetch(self, names: Iterable[str], api: httpx.AsyncClient) -> int:
        """How many were fetched. One that is refused is left for the next round; no network ends the round."""
        self.folder.mkdir(parents=True, exist_ok=True)
        fetched = 0
        for name in list(names)[:FETCHES_A_ROUND]:
            try:
                response = await api.get(f"/v1/pictures/{name}")
            except httpx.HTTPError:
                return fetched
            kind = response.headers.get("content-type", "")
            if response.status_code != httpx.codes.OK or not kind.startswith("image/"):
                continue
            if len(response.content) > MAX_BYTES:
                log.warning("picture too large", extra={"code": "picture.too_large"})
                continue
            scratch = self.folder / f"{name}.part"
            scratch.write_bytes(response.content)
            scratch.replace(self.folder / name)
            fetched += 1
        return fetched
