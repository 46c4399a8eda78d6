"""Flags, environment, file, defaults: in that order."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clienteling.central_host import phones_url
from clienteling.domain.brand import Brand
from clienteling.settings import SettingsUnusable, brand_of, read_server_settings, read_settings, remember
from tests.support.modes import mode_of


def test_a_flag_beats_the_environment_which_beats_the_file_which_beats_the_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert read_settings(tmp_path).central_url == ""
    remember(tmp_path, central_url="http://file")
    assert read_settings(tmp_path).central_url == "http://file"
    monkeypatch.setenv("CLIENTELING_CENTRAL_URL", "http://environment")
    assert read_settings(tmp_path).central_url == "http://environment"
    assert read_settings(tmp_path, central_url="http://flag").central_url == "http://flag"
    assert read_settings(tmp_path, central_url=None).central_url == "http://environment"


def test_the_settings_file_is_its_owners_alone(tmp_path: Path) -> None:
    folder = tmp_path / "device"
    remember(folder, brand_name="Sagara")
    assert mode_of(folder / "settings.toml") in (0o600, None)
    assert mode_of(folder) in (0o700, None)
    (folder / "settings.toml").chmod(0o644)
    remember(folder, brand_name="Sagara Rumah")
    assert mode_of(folder / "settings.toml") in (0o600, None)


def test_what_is_remembered_keeps_what_was_there(tmp_path: Path) -> None:
    remember(tmp_path, central_url="http://a", brand_name='Toko "Benang"\\')
    remember(tmp_path, central_url="http://b", own_hosts=["a.example", "b.example"])
    settings = read_settings(tmp_path)
    assert (settings.central_url, settings.brand_name) == ("http://b", 'Toko "Benang"\\')
    assert settings.own_hosts == ["a.example", "b.example"]


@pytest.mark.parametrize(
    "text",
    ["central_url = ", 'default_region = "Indonesia"', "[[[", "central_url = 3", 'shelf_bind = "toko"'],
)
def test_a_settings_file_that_cannot_be_read_is_a_sentence(tmp_path: Path, text: str) -> None:
    (tmp_path / "settings.toml").write_text(text, "utf-8")
    with pytest.raises(SettingsUnusable):
        read_settings(tmp_path)


def test_where_guests_are_answered_is_a_flag_a_variable_or_a_setting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def told(**flags: int) -> tuple[str, int, int]:
        settings = read_settings(tmp_path, **flags)
        return settings.shelf_bind, settings.shelf_port, settings.shelf_http_port

    assert told() == ("0.0.0.0", 443, 80)
    (tmp_path / "settings.toml").write_text('shelf_bind = " ::1 "\nshelf_port = 8443\nshelf_http_port = 0\n')
    assert told() == ("::1", 8443, 0)
    monkeypatch.setenv("CLIENTELING_SHELF_PORT", "9443")
    assert told() == ("::1", 9443, 0)
    assert told(shelf_port=443) == ("::1", 443, 0)


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=40))
def test_any_brand_survives_the_file(tmp_path_factory: pytest.TempPathFactory, brand: str) -> None:
    folder = tmp_path_factory.mktemp("settings")
    remember(folder, brand_name=brand)
    assert read_settings(folder).brand_name == brand


def test_a_brand_that_cannot_be_used_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "logo.png").write_bytes(b"<svg/>")
    remember(tmp_path, brand_name=" Benang Teduh ", brand_accent="teal", brand_logo="logo.png")
    assert brand_of(read_settings(tmp_path)) == Brand("Benang Teduh")


def test_the_logo_lies_in_the_data_directory_or_where_the_settings_say(tmp_path: Path) -> None:
    picture = b"\x89PNG\r\n\x1a\n..."
    (tmp_path / "logo.png").write_bytes(picture)
    for told in ("logo.png", str(tmp_path / "logo.png")):
        remember(tmp_path, brand_logo=told, brand_accent="#155e75")
        assert brand_of(read_settings(tmp_path)) == Brand(accent="#155E75", logo=picture)


# The server's


def test_the_server_reads_its_own_settings_in_the_same_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = read_server_settings(tmp_path)
    assert (settings.shelf_url, settings.shelf_requests_a_minute, settings.trusted_proxies) == ("", 600, [])
    remember(tmp_path, shelf_url="https://toko.example/", trusted_proxies=["10.0.0.7/8", "::1"])
    settings = read_server_settings(tmp_path)
    assert (settings.shelf_url, settings.trusted_proxies) == ("https://toko.example", ["10.0.0.0/8", "::1/128"])
    monkeypatch.setenv("CLIENTELING_SHELF_URL", "https://label.example:8443")
    monkeypatch.setenv("CLIENTELING_TRUSTED_PROXIES", '["127.0.0.1"]')
    settings = read_server_settings(tmp_path)
    assert (settings.shelf_url, settings.trusted_proxies) == ("https://label.example:8443", ["127.0.0.1/32"])


@pytest.mark.parametrize(
    "text",
    [
        'shelf_url = "toko.example"',
        'shelf_url = "https://toko.example/shelf"',
        'shelf_url = "https://toko.example?x"',
        'shelf_url = "ftp://toko.example"',
        'shelf_url = "https://"',
        'shelf_url = "https://me@toko.example"',
        'shelf_url = "https://[::1"',
        'shelf_url = "https://toko.example:http"',
        'trusted_proxies = ["gateway"]',
        "shelf_requests_a_minute = 0",
    ],
)
def test_a_servers_setting_that_cannot_be_meant_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "settings.toml").write_text(text, "utf-8")
    with pytest.raises(SettingsUnusable):
        read_server_settings(tmp_path)


def test_a_list_in_the_environment_that_is_no_json_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLIENTELING_OWN_HOSTS", "toko.example")
    with pytest.raises(SettingsUnusable):
        read_settings(tmp_path)


@pytest.mark.parametrize(
    "line",
    [
        'trusted_proxies = ["proxy.example"]',
        'shelf_links = {support = "javascript:alert(1)"}',
        'shelf_links = {support = "toko.example/help"}',
        "shelf_requests_a_minute = 0",
    ],
)
def test_settings_of_the_shelf_that_would_do_harm_are_refused(tmp_path: Path, line: str) -> None:
    (tmp_path / "settings.toml").write_text(f"{line}\n", "utf-8")
    with pytest.raises(SettingsUnusable):
        read_settings(tmp_path)


def test_a_hub_reads_the_settings_of_the_shelf_too(tmp_path: Path) -> None:
    lines = ('trusted_proxies = ["10.0.0.0/8"]', 'shelf_links = {support = "https://toko.example/help/{gtin}"}')
    (tmp_path / "settings.toml").write_text("\n".join(lines), "utf-8")
    settings = read_settings(tmp_path)
    assert settings.trusted_proxies == ["10.0.0.0/8"]
    assert settings.shelf_links == {"support": "https://toko.example/help/{gtin}"}
    assert settings.shelf_requests_a_minute == 600


@pytest.mark.parametrize(
    ("shelf_url", "phones"),
    [
        ("https://toko.example", "https://toko.example"),
        ("http://127.0.0.1:8800", "http://127.0.0.1:8800"),
        ("http://toko.example", ""),
        ("", ""),
    ],
)
def test_customers_phones_answer_over_tls_or_on_this_machine_and_nowhere_else(shelf_url: str, phones: str) -> None:
    assert phones_url(shelf_url) == phones
