"""How a person is called, on screens and on the command line."""

from typing import Final

from clienteling.domain.views import CustomerView, LookupRow

SALUTATIONS: Final = {"bu": "Bu", "ibu": "Bu", "pak": "Pak", "bapak": "Pak", "kak": "Kak", "mbak": "Mbak", "mas": "Mas"}
"""How people are addressed; the same in every language, as names are."""


def addressed(salutation: str, name: str) -> str:
    """`Bu Siti Rahmawati`."""
    shown = SALUTATIONS.get(salutation.strip().lower().rstrip("."), salutation.strip())
    return f"{shown} {name}".strip()


def person_name(person: LookupRow | CustomerView) -> str:
    """`Bu Siti Rahmawati`; of a guest who gave no name, the e-mail or the phone."""
    return addressed(person.salutation, person.name) if person.name else person.email or person.phone
