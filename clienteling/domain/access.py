"""What is kept of whom an associate looked at; the words are those of the audit log."""

from enum import StrEnum


class Access(StrEnum):
    OPENED = "customer.opened"
    LOOKED_UP = "customer.looked_up"
    REVEALED = "contact.revealed"
    CONSENTED = "consent.recorded"
    EXPORTED = "exported"
    PRINTED = "printed"
