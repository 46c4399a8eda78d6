"""Every reason why something scanned cannot be used. Each is a message key; sentences are made at the screen.

ValidationFailed
└── ScanRefused     raised inside this package and by its parsers; `read_code` turns it into `ScannedCode.error`
"""

from enum import StrEnum

from clienteling.domain.errors import ValidationFailed


class ScanError(StrEnum):
    # The text as such.
    EMPTY = "scan.empty"
    TOO_LONG = "scan.too_long"
    NOT_TEXT = "scan.not_text"
    CONTROL_CHARACTER = "scan.control_character"
    HIDDEN_CHARACTER = "scan.hidden_character"
    UNKNOWN = "scan.unknown"

    # Numbers.
    WRONG_LENGTH = "scan.wrong_length"
    WRONG_CHECK_DIGIT = "scan.wrong_check_digit"

    # GS1 Digital Link and element strings.
    BAD_LINK = "scan.bad_link"
    NO_GS1_KEY = "scan.no_gs1_key"
    SHORT_GTIN = "scan.short_gtin"
    UNKNOWN_AI = "scan.unknown_ai"
    BAD_AI_VALUE = "scan.bad_ai_value"
    MISPLACED_AI = "scan.misplaced_ai"
    DUPLICATE_AI = "scan.duplicate_ai"

    # Our own short codes.
    BAD_HANDOVER_CODE = "scan.bad_handover_code"
    BAD_ENROLMENT_CODE = "scan.bad_enrolment_code"

    # Codes made for another program.
    FOREIGN_LINK = "scan.foreign_link"
    WIFI_NETWORK = "scan.wifi_network"
    CONTACT_CARD = "scan.contact_card"
    ONE_TIME_PASSWORD = "scan.one_time_password"
    PAYMENT_CODE = "scan.payment_code"

    # Pictures.
    NOT_A_PICTURE = "scan.not_a_picture"
    PICTURE_TOO_LARGE = "scan.picture_too_large"


class ScanRefused(ValidationFailed):
    """The code or picture cannot be used; `error`, the same as `code`, says why. Holds nothing of what was scanned."""

    def __init__(self, error: ScanError) -> None:
        super().__init__("code", error)
        self.error = error
