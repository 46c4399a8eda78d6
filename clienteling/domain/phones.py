"""What of a phone number may stand beside a name without giving the number away."""


def last_digits(phone: str) -> str:
    """The last four digits, which tell people of one name apart; "" for fewer than four."""
    digits = "".join(one for one in phone if one.isdigit())
    return digits[-4:] if len(digits) >= 4 else ""
