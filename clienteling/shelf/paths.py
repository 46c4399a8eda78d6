"""Which addresses are the shelf pages': asked for every request of a server that shows other things too."""

from typing import Final

from clienteling.domain.store_stem import STEM_PREFIX
from sync.protocol.consent_links import CONSENT_PATH

GTIN_KEY: Final = "01"
WELL_KNOWN: Final = "/.well-known/gs1resolver"


def is_consent_path(path: str) -> bool:
    """Whether it is a link for a customer's phone; in upper case too, as symbols have it."""
    return path[: len(CONSENT_PATH)].lower() == CONSENT_PATH


def is_shelf_path(path: str) -> bool:
    """Whether an address of this path, percent-decoded, is answered by the shelf's pages and by nothing else."""
    if path == WELL_KNOWN or path.startswith("/shelf/") or is_consent_path(path):
        return True
    first, _, rest = path.removeprefix("/").partition("/")
    if first == GTIN_KEY:
        return path.startswith(f"/{GTIN_KEY}/")
    return first[:1].upper() == STEM_PREFIX and (rest == GTIN_KEY or rest.startswith(f"{GTIN_KEY}/"))
