"""Where packages come from, as a person has told pip, said in uv's words.

uv installs a lock in a tenth of pip's time but reads none of pip's settings, and a shop behind a proxy or a mirror has
written them for pip. Standard library only.
"""

import ast
import re
from collections.abc import Mapping

_SECTIONS = ("global", "install", ":env:")
"""pip's, the last one wins; a section of another command does not concern an install."""
_LINE = re.compile(rf"^({'|'.join(_SECTIONS)})\.([A-Za-z_-]+)=(.*)$")


def read_settings(listed: str) -> dict[str, str]:
    """Name to value, from what `pip config list` prints; what cannot be read is left out."""
    found: dict[str, dict[str, str]] = {section: {} for section in _SECTIONS}
    for line in listed.splitlines():
        match = _LINE.match(line)
        if match is None:
            continue
        section, name, quoted = match.groups()
        try:
            found[section][name.replace("_", "-").lower()] = str(ast.literal_eval(quoted))
        except (ValueError, SyntaxError):
            continue
    return {name: value for section in _SECTIONS for name, value in found[section].items()}


def uv_environment(settings: Mapping[str, str], environment: Mapping[str, str]) -> dict[str, str]:
    """The variables that make uv fetch from where pip would; what the person has set for uv already stays as it is."""
    wanted = {
        # A lock pins every version and hash, so it matters to nobody which index had the file.
        "UV_INDEX_STRATEGY": "unsafe-best-match",
        "UV_DEFAULT_INDEX": settings.get("index-url", ""),
        "UV_INDEX": " ".join(settings.get("extra-index-url", "").split()),
        "UV_FIND_LINKS": ",".join(settings.get("find-links", "").split()),
        "UV_INSECURE_HOST": " ".join(settings.get("trusted-host", "").split()),
        "UV_HTTP_TIMEOUT": settings.get("default-timeout", settings.get("timeout", "")),
        "SSL_CERT_FILE": settings.get("cert", ""),
        "SSL_CLIENT_CERT": settings.get("client-cert", ""),
        "ALL_PROXY": settings.get("proxy", ""),
    }
    return {name: value for name, value in wanted.items() if value and name not in environment}
