"""Errors a person can be told about: fields and a `code` that is a message key; the screen makes the sentence.

ClientelingError
├── ValidationFailed    the person can mend it (`field` names where)
├── NotFound            there is no such record on this device
├── StoreUnusable       the local store cannot be opened; the file is kept
│   ├── StoreDamaged        not a database, or pages that fail their check
│   ├── WrongKey            the key does not open it
│   ├── StoreTooNew         written by a newer version of the program
│   └── StoreInUse          another process holds the data directory
├── ReadingStopped      this associate has opened too many customers within the hour
├── DeviceNotSetUp      no central profile API and no device token yet
├── DeviceClosed        it opens with an associate's PIN, and nobody has given one
└── SignInRefused       the PIN does not open the device
    ├── PinWrong            `left` tries remain
    ├── PinWaits            not before `seconds` have passed
    ├── LeaseEnded          the device has not heard of its server for too long, or its clock was set back
    ├── PinGone             no PIN of that associate is kept here, or no longer
    └── PinExpired          the associate worked here until a date that has passed
"""

from collections.abc import Sequence


class ClientelingError(Exception):
    """Base; `code` is a message key and `fields` hold what the sentence needs, never customer details."""

    code = "error.unexpected"

    def __init__(self, code: str | None = None, **fields: object) -> None:
        self.code = code or type(self).code
        self.fields = fields
        super().__init__(self.code)

    def __str__(self) -> str:
        shown = " ".join(f"{name}={value}" for name, value in sorted(self.fields.items()))
        return f"{self.code} {shown}".strip()


class ValidationFailed(ClientelingError):
    """`field` is the form field's name. `also`: the other fields of the same form that are wrong, each once."""

    code = "error.invalid"

    def __init__(self, field: str, code: str, **fields: object) -> None:
        super().__init__(code, **fields)
        self.field = field
        self.also: tuple[ValidationFailed, ...] = ()


def refuse_wrong(wrong: Sequence[ValidationFailed]) -> None:
    """Raises ValidationFailed where there is one: the first, which names the others."""
    if wrong:
        first, *others = wrong
        first.also = tuple(others)
        raise first


class NotAllowed(ClientelingError):
    """Whoever works here may not do that."""

    code = "sync.forbidden"


class NotFound(ClientelingError):
    code = "error.not_found"


class ReadingStopped(ClientelingError):
    """`most`: how many an associate may open in an hour."""

    code = "limit.stopped"


class StoreUnusable(ClientelingError):
    code = "error.store_unusable"


class StoreDamaged(StoreUnusable):
    code = "error.store_damaged"


class WrongKey(StoreUnusable):
    code = "error.wrong_key"


class StoreTooNew(StoreUnusable):
    code = "error.store_too_new"


class StoreInUse(StoreUnusable):
    code = "error.store_in_use"


class DeviceNotSetUp(ClientelingError):
    """Codes: error.device_not_set_up, error.no_token_in_file, error.bad_central_url,
    error.plain_central_url."""

    code = "error.device_not_set_up"


class DeviceClosed(ClientelingError):
    """Codes: device.closed, device.closed_hub."""

    code = "device.closed"


class SignInRefused(ClientelingError):
    code = "sign_in.refused"


class PinWrong(SignInRefused):
    """`left`: how many tries remain before the PIN is gone."""

    code = "sign_in.wrong"

    def __init__(self, left: int) -> None:
        super().__init__(count=left)
        self.left = left


class PinWaits(SignInRefused):
    """`seconds` until the next try is taken, at least 1."""

    code = "sign_in.waits"

    def __init__(self, seconds: int) -> None:
        super().__init__(
            "sign_in.waits_minutes" if seconds > 90 else None, count=-(-seconds // 60) if seconds > 90 else seconds
        )
        self.seconds = seconds


class LeaseEnded(SignInRefused):
    """Codes: sign_in.too_long_offline (`count`: hours), sign_in.clock_set_back, sign_in.never_synced,
    sign_in.no_lease (the server lets them in no longer), sign_in.no_key (it never knew them on this device, and takes
    nothing from those whom it does not know)."""

    code = "sign_in.too_long_offline"


class PinGone(SignInRefused):
    code = "sign_in.gone"


class PinExpired(SignInRefused):
    code = "sign_in.expired"
