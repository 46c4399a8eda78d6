"""What is kept of what associates do: whom they looked at, and when they came and went; in the audit log's words."""

from enum import StrEnum


class Access(StrEnum):
    OPENED = "customer.opened"
    LOOKED_UP = "customer.looked_up"
    REVEALED = "contact.revealed"
    CONSENTED = "consent.recorded"
    EXPORTED = "exported"
    PRINTED = "printed"
    SIGNED_IN = "associate.signed_in"
    SIGNED_OUT = "associate.signed_out"
    SIGN_IN_FAILED = "associate.sign_in_failed"
