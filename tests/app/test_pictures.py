"""Product pictures: one file name for each, and nothing outside the folder."""

import asyncio
from pathlib import Path

import httpx
import pytest

from clienteling.catalogue.pictures import picture_name
from clienteling.pictures import PictureCache, picture_file

PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)


@pytest.mark.parametrize(
    ("picture", "name"),
    [
        ("pictures/kemeja.webp", "kemeja.webp"),
        ("/pictures/kemeja.webp", "kemeja.webp"),
        ("2026/musim/kemeja.png", "2026_musim_kemeja.png"),
        ("https://cdn.example/kemeja.png", ""),
        ("//cdn.example/kemeja.png", ""),
        ("kemeja.svg", ""),
        ("", ""),
    ],
)
def test_a_product_names_its_picture_by_path(picture: str, name: str) -> None:
    assert picture_name(picture) == name


@pytest.mark.parametrize("name", ["../settings.toml", "..", "a/b.png", "settings.toml", "missing.png", "a\\b.png"])
def test_nothing_but_a_picture_of_the_folder_is_served(tmp_path: Path, name: str) -> None:
    (tmp_path / "settings.toml").write_text("", "utf-8")
    assert picture_file(tmp_path, name) is None


def test_missing_pictures_are_fetched_once_and_what_is_no_picture_is_left(tmp_path: Path) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("good.png"):
            return httpx.Response(200, headers={"content-type": "image/png"}, content=PNG)
        return httpx.Response(200, headers={"content-type": "text/html"}, text="<html>")

    async def fetch() -> int:
        async with httpx.AsyncClient(base_url="http://c", transport=httpx.MockTransport(answer)) as api:
            return await cache.fetch(cache.missing(["pictures/good.png", "pictures/bad.png", "good.png"]), api)

    cache = PictureCache(tmp_path / "pictures")
    assert asyncio.run(fetch()) == 1
    assert cache.missing(["pictures/good.png", "pictures/bad.png"]) == ["bad.png"]
    assert (tmp_path / "pictures" / "good.png").read_bytes() == PNG


def test_no_network_ends_the_round_without_an_error(tmp_path: Path) -> None:
    def cut(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("cut")

    async def fetch() -> int:
        async with httpx.AsyncClient(base_url="http://c", transport=httpx.MockTransport(cut)) as api:
            return await PictureCache(tmp_path).fetch(["a.png"], api)

    assert asyncio.run(fetch()) == 0
