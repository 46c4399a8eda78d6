"""Configuration: flags > `CLIENTELING_*` > `<data-dir>/settings.toml` > defaults. Secrets are in none of them."""

import logging
import os
import re
import tomllib
from collections.abc import Mapping
from enum import StrEnum
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Annotated, Any, TypeVar
from urllib.parse import urlsplit

import platformdirs
from pydantic import AfterValidator, Field, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    SettingsError,
    TomlConfigSettingsSource,
)

from clienteling.domain.brand import DEFAULT_ACCENT, LOGO_BYTES, Brand, accent_is_corrected, checked_accent
from clienteling.domain.errors import ClientelingError, ValidationFailed
from sync.protocol.private_files import write_durably

SETTINGS_FILE = "settings.toml"
CERTIFICATE_FILE = "shelf-certificate.pem"
_PICTURE_BEGINNINGS = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"RIFF")

_HOST = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*")

_log = logging.getLogger(__name__)


class SettingsUnusable(ClientelingError):
    """The settings file cannot be read as TOML, or a value is not of its kind."""

    code = "error.settings"


def checked_shelf_url(url: str) -> str:
    """The address without its last slash. Raises ValueError for more than scheme, host and port."""
    plain = url.strip().rstrip("/")
    parts = urlsplit(plain)
    if not plain:
        return ""
    is_host = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0 and "@" not in parts.netloc
    if not is_host or plain != f"{parts.scheme}://{parts.netloc}":
        raise ValueError("not the address of a host")
    return plain


def checked_network(network: str) -> str:
    """The network's text. Raises ValueError where it is neither an address nor a network."""
    return str(ip_network(network.strip(), strict=False))


def checked_address(address: str) -> str:
    """The address. Raises ValueError where it is none of IP's."""
    return str(ip_address(address.strip()))


def checked_link(address: str) -> str:
    """The address. Raises ValueError where it is none of the web's."""
    parts = urlsplit(address)
    if parts.scheme not in {"http", "https"} or not parts.hostname or not address.isascii():
        raise ValueError("no web address")
    return address


def checked_hub_host(host: str) -> str:
    """The name or address of a hub, lower case. Raises ValueError for what is neither."""
    plain = host.strip().lower().removesuffix(".")
    try:
        return str(ip_address(plain))
    except ValueError:
        if len(plain) > 253 or not _HOST.fullmatch(plain) or plain == "localhost":
            raise
        return plain


def checked_app_url(url: str) -> str:
    """Where tablets find an app, as browsers write it; "" for nowhere. Raises ValueError for more than a host."""
    plain = url.strip().rstrip("/")
    if not plain:
        return ""
    parts = urlsplit(plain)
    port = f":{parts.port}" if parts.port not in (None, 443) else ""
    if (
        parts.scheme != "https"
        or not parts.hostname
        or "@" in plain
        or plain.lower() != f"https://{parts.netloc}".lower()
    ):
        raise ValueError("not the https address of a host")
    host = checked_hub_host(parts.hostname)
    return f"https://[{host}]{port}" if ":" in host else f"https://{host}{port}"


class RetailerSettings(BaseSettings):
    """What a device and a server are both told of the retailer.

    default_region  ISO 3166 code of the country
    brand_logo      a PNG, JPEG or WebP picture, shown small; where it lies in the data directory, its name is enough
    brand_accent    `#rrggbb`; shown darker or lighter where it could not be read

    Of the customer's page at the shelf, which a server and a hub both show:

    shelf_requests_a_minute    that one address may make, in each process
    shelf_links                further links of a product, by GS1's link type (`registerProduct`), each with its
                               address; `{gtin}` in it stands for the product's number
    trusted_proxies            addresses and networks of proxies of ours, whose X-Forwarded-For and -Proto count
    """

    model_config = SettingsConfigDict(env_prefix="CLIENTELING_", extra="ignore")

    data_dir: Path
    default_region: str = Field(default="ID", pattern="^[A-Z]{2}$")
    brand_name: str = ""
    brand_logo: Path | None = None
    brand_accent: str = ""
    shelf_requests_a_minute: int = Field(default=600, ge=1)
    shelf_links: dict[str, Annotated[str, AfterValidator(checked_link)]] = {}
    trusted_proxies: list[Annotated[str, AfterValidator(checked_network)]] = []

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


class DeviceSettings(RetailerSettings):
    """One device's settings.

    own_hosts        hosts printed on the retailer's labels, lower case
    shelf_bind       the address at which a hub answers phones, `0.0.0.0` for every one of this machine
    passphrase_file  where a device without a keyring reads its passphrase, in place of a terminal
    shelf_port       with TLS; where phones find it unless the label says otherwise, which it does not
    shelf_http_port  without TLS, where they are led on from; 0 for none
    idle_lock_s      after so long without a touch a screen is locked, where associates have PINs
    offline_hours    for so long after its last sync a device lets people in, where they have PINs
    hub_host         where tablets find the hub: a name or an address; "" where `hub init` was never run
    hub_bind         the address of this machine at which they are answered
    hub_port         the port there, with TLS
    stand_in         where tablets go on while the hub is gone: the app of its store on another machine; "" for none
    stands_in_for    of such a stand-in: where its hub is, to which its tablets return
    plain_http       a server of another machine may be reached by http://, where anybody on the network reads along:
                     for a closed test network alone
    unattended       the store opens by itself, whatever PINs there are: a hub has to start without anybody
    """

    central_url: str = ""
    language: str = ""
    own_hosts: list[str] = ["toko.example"]
    loyalty_prefixes: list[str] = []
    plain_store: bool = False
    key_file: Path | None = None
    passphrase_file: Path | None = None
    shelf_bind: Annotated[str, AfterValidator(checked_address)] = "0.0.0.0"
    shelf_port: int = Field(default=443, ge=1, le=65535)
    shelf_http_port: int = Field(default=80, ge=0, le=65535)
    idle_lock_s: int = Field(default=120, ge=15, le=3_600)
    offline_hours: int = Field(default=72, ge=1, le=72)
    unattended: bool = False
    plain_http: bool = False
    hub_host: str = ""
    hub_bind: Annotated[str, AfterValidator(checked_address)] = "0.0.0.0"
    hub_port: int = Field(default=8443, ge=1, le=65_535)
    stand_in: Annotated[str, AfterValidator(checked_app_url)] = ""
    stands_in_for: Annotated[str, AfterValidator(checked_app_url)] = ""


class ServerSettings(RetailerSettings):
    """The central server's settings.

    shelf_url  where the page answers for everybody, as labels have it: `https://toko.example`; "" where that is this
               machine alone, and no customer's phone can answer what they agree to
    require_sign_in  enrolled devices write for associates who have a PIN and a key there, and for nobody else
    """

    shelf_url: Annotated[str, AfterValidator(checked_shelf_url)] = ""
    require_sign_in: bool = False


def certificate_file(data_dir: Path) -> Path:
    """Where the certificate for guests' phones lies, whether or not there is one."""
    return data_dir / CERTIFICATE_FILE


def default_data_dir() -> Path:
    """Where this user's device keeps its files unless told otherwise."""
    return Path(os.environ.get("CLIENTELING_DATA_DIR") or platformdirs.user_data_dir("clienteling", appauthor=False))


def server_dir(given: Path | None) -> Path:
    """Where the server keeps its files: the folder given, else one below this user's."""
    return given or default_data_dir() / "central"


def read_server_settings(data_dir: Path, **flags: Any) -> ServerSettings:
    """The server's settings in force. Flags that are None do not count. Raises SettingsUnusable."""
    return _read(ServerSettings, data_dir, flags)


def read_settings(data_dir: Path | None, **flags: Any) -> DeviceSettings:
    """The settings in force. Flags that are None do not count. Raises SettingsUnusable."""
    return _read(DeviceSettings, data_dir or default_data_dir(), flags)


Settings = TypeVar("Settings", DeviceSettings, ServerSettings)


def _read(settings: type[Settings], data_dir: Path, flags: Mapping[str, Any]) -> Settings:
    given = {name: value for name, value in flags.items() if value is not None}
    try:
        return settings(data_dir=data_dir, **given)
    except (ValidationError, tomllib.TOMLDecodeError, UnicodeDecodeError, SettingsError) as error:
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
    write_durably(path, ("\n".join([*written, *kept]) + "\n").encode())


def _as_toml(value: str | list[str]) -> str:
    if isinstance(value, list):
        return f"[{', '.join(_as_toml(text) for text in value)}]"
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


class BrandProblem(StrEnum):
    """What of the brand's settings is not shown as it was set."""

    BAD_ACCENT = "brand.bad_accent"
    ACCENT_CORRECTED = "brand.accent_corrected"
    NO_LOGO = "brand.no_logo"
    BAD_LOGO = "brand.bad_logo"


def brand_of(settings: RetailerSettings) -> Brand:
    """The retailer's name, accent and logo. What cannot be used is left out, and the log says so. Reads the logo."""
    brand, problems = read_brand(settings)
    for problem in problems:
        _log.warning("the brand is not shown as it was set", extra={"code": problem.value})
    return brand


def read_brand(settings: RetailerSettings) -> tuple[Brand, tuple[BrandProblem, ...]]:
    """What can be shown of the brand, and what is wrong with its settings. Reads the logo."""
    accent, accent_problem = _accent(settings.brand_accent)
    logo, logo_problem = _logo(settings)
    brand = Brand(name=settings.brand_name.strip(), accent=accent, logo=logo)
    return brand, tuple(problem for problem in (accent_problem, logo_problem) if problem is not None)


def _accent(told: str) -> tuple[str, BrandProblem | None]:
    try:
        accent = checked_accent(told)
    except ValidationFailed:
        return DEFAULT_ACCENT, BrandProblem.BAD_ACCENT
    return accent, BrandProblem.ACCENT_CORRECTED if accent_is_corrected(accent) else None


def _logo(settings: RetailerSettings) -> tuple[bytes | None, BrandProblem | None]:
    if settings.brand_logo is None:
        return None, None
    path = settings.data_dir / settings.brand_logo  # an absolute path stays itself
    try:
        too_large = path.stat().st_size > LOGO_BYTES
        picture = b"" if too_large else path.read_bytes()
    except OSError:
        return None, BrandProblem.NO_LOGO
    if too_large or not picture.startswith(_PICTURE_BEGINNINGS):
        return None, BrandProblem.BAD_LOGO
    return picture, None


def assets_dir() -> Path:
    """The folder of icons, texts, fonts and the demo: in the wheel, or beside the source."""
    packed = Path(__file__).parent / "_assets"
    return packed if packed.is_dir() else Path(__file__).parent.parent / "assets"
