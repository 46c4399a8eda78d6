"""Errors of the protocol. Each has a `code`, which is a message key; sentences are made at the screen or command.

SyncError
├── ValidationFailed      the sender can mend it (a field, a size, an unknown name)
│   ├── EnrolmentRefused      the enrolment code is none, unknown, used or expired: `code` says which
│   ├── SignInCodeRefused     an associate's one-time code cannot be used by them there: `code` says why
│   └── QuarantineClosed      the device is not revoked, or was too long ago to hand over what it had not sent
├── Unreachable           no answer that can be trusted: wait and try again
│   ├── LookUpLimited         this device has looked up too many customers online
│   ├── EnrolmentLimited      too many wrong enrolment codes were tried
│   ├── SignInCodeLimited     too many wrong sign-in codes were tried
│   └── ConsentLinksLimited   this device has asked for too many links for customers' phones
├── ProtocolBroken        both sides disagree on the rules: stop and report
│   ├── DeviceForked      another machine has used this device's numbers
│   ├── WrongCredential   the device id belongs to another token
│   ├── NumberGap         entries are missing before the first one sent
│   ├── MustRefetch       the cursor cannot be continued
│   └── SnapshotRefused   what came is not the snapshot that was offered
├── StoreFailed           the device's own files take nothing now: `code` says why
├── SignedOut             who asks is not known here, or not any longer
│   ├── DeviceRevoked         this device's access was taken away
│   ├── AccessEnded           the access token is over: get another, and send the same again
│   ├── EnrolmentEnded        the refresh token is not accepted: the device has to enrol again
│   ├── ActingEnded           the associate's token is missing or over: get another, and send the same again
│   ├── ActingRefused         no key that the associate has on this device signed this: they need a sign-in code
│   └── SignatureRefused      this device's key has not signed this request
│       ├── ClockSkewed           it has, at another time than the server's
│       └── Replayed              it has, and the very same was accepted before
├── Forbidden             whoever is signed in may not do that, or not at that store
└── UpgradeNeeded         the other side speaks a newer schema
"""


class SyncError(Exception):
    """Base of everything this protocol can report; `code` is a message key, fields never hold customer details."""

    code = "sync.error"

    def __init__(self, code: str | None = None, **fields: object) -> None:
        self.code = code or type(self).code
        self.fields = fields
        super().__init__(self.code)

    def __str__(self) -> str:
        shown = " ".join(f"{name}={value}" for name, value in sorted(self.fields.items()))
        return f"{self.code} {shown}".strip()


class ValidationFailed(SyncError):
    code = "sync.invalid"


class EnrolmentRefused(ValidationFailed):
    """Codes: enrolment.bad_code, enrolment.unknown, enrolment.used, enrolment.expired."""

    code = "enrolment.unknown"


class SignInCodeRefused(ValidationFailed):
    """Codes: sign_in_code.bad_code, unknown, used, expired, other_associate, wrong_store, ended, bad_proof."""

    code = "sign_in_code.unknown"


class QuarantineClosed(ValidationFailed):
    code = "sync.quarantine_closed"


class Unreachable(SyncError):
    """No usable answer. `retry_after_s` in fields where the server asked for a pause."""

    code = "sync.unreachable"


class LookUpLimited(Unreachable):
    """Field `retry_after_s`: when the next look-up is allowed."""

    code = "sync.look_up_limited"


class EnrolmentLimited(Unreachable):
    """Field `retry_after_s`: when a code may be tried again."""

    code = "enrolment.limited"


class SignInCodeLimited(Unreachable):
    """Field `retry_after_s`: when a code may be tried again."""

    code = "sign_in_code.limited"


class ConsentLinksLimited(Unreachable):
    """Field `retry_after_s`: when the next link may be asked for."""

    code = "consent_link.limited"


class ProtocolBroken(SyncError):
    code = "sync.protocol_broken"


class DeviceForked(ProtocolBroken):
    code = "sync.device_forked"


class WrongCredential(ProtocolBroken):
    code = "sync.wrong_credential"


class NumberGap(ProtocolBroken):
    """Field `expected`: the number the server wants next."""

    code = "sync.gap"


class MustRefetch(ProtocolBroken):
    code = "sync.must_refetch"


class SnapshotRefused(ProtocolBroken):
    """Pages bring the same. Field `kind`: what was wrong."""

    code = "sync.unparsable"


class StoreFailed(SyncError):
    code = "error.store_unusable"


class SignedOut(SyncError):
    code = "sync.signed_out"


class DeviceRevoked(SignedOut):
    code = "sync.device_revoked"


class AccessEnded(SignedOut):
    code = "sync.access_ended"


class EnrolmentEnded(SignedOut):
    code = "sync.enrolment_ended"


class ActingEnded(SignedOut):
    code = "acting.ended"


class ActingRefused(SignedOut):
    code = "acting.refused"


class SignatureRefused(SignedOut):
    code = "sync.signature_refused"


class ClockSkewed(SignatureRefused):
    """Field `server_time`: RFC 3339, for the device to sign by."""

    code = "sync.clock_skewed"


class Replayed(SignatureRefused):
    code = "sync.replayed"


class Forbidden(SyncError):
    code = "sync.forbidden"


class UpgradeNeeded(SyncError):
    code = "sync.upgrade_needed"
