"""Configuration: flags > `CLIENTELING_*` > `<data-dir>/settings.toml` > defaults. Secrets are in none of them."""

import os
import tomllib
from pathlib import Path
from typing import Any

import platformdirs
from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict, TomlConfigSettingsSource

from clienteling.domain.errors import ClientelingError
from sync.protocol.private_files import private

SETTINGS_FILE = "settings.toml"


class SettingsUnusable(ClientelingError):
    """The settings file cannot be read as TOML, or a value is not of its kind."""

    code = "error.settings"


class DeviceSettings(BaseSettings):
    """One device's settings. `own_hosts`: hosts printed on the retailer's labels, lower case."""

    model_config = SettingsConfigDict(env_prefix="CLIENTELING_", extra="ignore")

    data_dir: Path
    central_url: str = ""
    language: str = ""
    default_region: str = Field(default="ID", pattern="^[A-Z]{2}$")
    own_hosts: list[str] = ["toko.example"]
    loyalty_prefixes: list[str] = []
    brand: str = ""
    label_host: str = "toko.example"
    plain_store: bool = False
    key_file: Path | None = None

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        folder = init_settings()["data_dir"]
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, Path(folder) / SETTINGS_FILE)


def default_data_dir() -> Path:
    """Where this user's device keeps its files unless told otherwise."""
    return Path(os.environ.get("CLIENTELING_DATA_DIR") or platformdirs.user_data_dir("clienteling", appauthor=False))


def read_settings(data_dir: Path | None, **flags: Any) -> DeviceSettings:
    """The settings in force. Flags that are None do not count. Raises SettingsUnusable."""
    given = {name: value for name, value in flags.items() if value is not None}
    try:
        return DeviceSettings(data_dir=data_dir or default_data_dir(), **given)
    except (ValidationError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsUnusable(kind=type(error).__name__) from error


def remember(data_dir: Path, **values: str | list[str]) -> None:
    """Keep texts, or lists of texts, in the data directory's settings file, beside what is there. Mode 0600."""
    path = data_dir / SETTINGS_FILE
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        lines = path.read_text("utf-8").splitlines()
    except FileNotFoundError:
        lines = []
    kept = [line for line in lines if line.partition("=")[0].strip() not in values]
    written = [f"{name} = {_as_toml(value)}" for name, value in values.items()]
    scratch = path.with_suffix(".part")
    with open(scratch, "w", encoding="utf-8", opener=private) as file:
        file.write("\n".join([*written, *kept]) + "\n")
    os.replace(scratch, path)


def _as_toml(value: str | list[str]) -> str:
    if isinstance(value, list):
        return f"[{', '.join(_as_toml(text) for text in value)}]"
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def assets_dir() -> Path:
    """The folder of icons, texts, fonts and the demo: in the wheel, or beside the source."""
    packed = Path(__file__).parent / "_assets"
    return packed if packed.is_dir() else Path(__file__).parent.parent / "assets"
