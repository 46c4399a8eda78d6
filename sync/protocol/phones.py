"""Phone numbers: E.164 beside what was typed, for any country, by `phonenumbers`."""

import phonenumbers

DEFAULT_REGION = "ID"


def e164(typed: str, *, region: str = DEFAULT_REGION) -> str:
    """The number as E.164 (`+628123456789`), or "" where what was typed is no possible number.

    Nor is one with words beside it (`0812 1234 5678 istri`), whose letters `phonenumbers` would dial; nor one without
    its area code, which nobody elsewhere can call; nor one so short that `phonenumbers` counts the 0 before it as a
    digit (`0812999`), unless numbers there do begin with 0, as in Italy.
    """
    digits = typed.strip().removeprefix("tel:")
    if any(character.isalpha() for character in digits):
        return ""
    try:
        number = phonenumbers.parse(digits, region)
    except phonenumbers.NumberParseException:
        return ""
    if phonenumbers.is_possible_number_with_reason(number) != phonenumbers.ValidationResult.IS_POSSIBLE:
        return ""
    if number.italian_leading_zero and not phonenumbers.is_valid_number(number):
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def shown(e164_number: str) -> str:
    """The number as people write it internationally (`+62 812-3456-789`), or the text unchanged where it is none."""
    try:
        number = phonenumbers.parse(e164_number, None)
    except phonenumbers.NumberParseException:
        return e164_number
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
