"""Phone numbers as people read them: grouped where they are dialled, their last four digits where those tell apart."""

import phonenumbers

from clienteling.domain.phones import last_digits


def grouped_phone(phone: str) -> str:
    """`+62 812-3456-4471`; as it came where it is no number with a country code."""
    try:
        number = phonenumbers.parse(phone)
    except phonenumbers.NumberParseException:
        return phone
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def phone_tail(phone: str) -> str:
    """`···· 4471`; "" for fewer than four digits."""
    digits = last_digits(phone)
    return f"···· {digits}" if digits else ""
