"""What of an e-mail address may stand beside a name without giving the address away."""


def masked_email(email: str) -> str:
    """`s····@example.id`: the first letter and the domain; "" for what is no address."""
    local, at, domain = email.rpartition("@")
    return f"{local[0]}····@{domain}" if local and at and domain else ""
