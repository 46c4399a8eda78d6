"""Errors of the central profile API. Each has a `code`, which is a message key.

SyncError (sync.protocol.errors)
├── ValidationFailed
│   ├── StoreUnknown       no store has that code, name or id
│   ├── StoreAmbiguous     more than one store has it
│   ├── CustomerUnknown    there never was a customer with that id
│   ├── AssociateRefused   a name that is none, or of nobody who is active, or of several
│   ├── EntryUnknown       nothing of that id is in the quarantine, or somebody has settled it
│   ├── TooManyLists       so many visitors' lists of a store wait that no more are taken
│   ├── RequestUnknown     there is no customer's request with that id
│   ├── StepNotAllowed     that is not the next step of the request
│   │   └── LookalikesUndecided   nobody has said whether others are the same person
│   ├── ConsentLinkRefused the link cannot be made, or not be answered: `code` says why
│   ├── AssociateUnknown   nobody of that id is managed by whoever asks
│   ├── DeviceUnknown      no registration has that id, or it is revoked already
│   └── PictureRefused     not a picture of a kind that is served, or a name that is none
├── Unreachable
│   └── DatabaseBusy       another writer holds the database, or it is away: try again
│       └── DatabaseFull       its disk is full: try again once there is room
└── UpgradeNeeded
    └── DatabaseNewer      the database was made by a newer program
"""

from sync.protocol.errors import Unreachable, UpgradeNeeded, ValidationFailed


class StoreUnknown(ValidationFailed):
    code = "central.store_unknown"


class StoreAmbiguous(ValidationFailed):
    code = "central.store_ambiguous"


class CustomerUnknown(ValidationFailed):
    code = "central.customer_unknown"


class AssociateRefused(ValidationFailed):
    code = "central.associate_nameless"


class DeviceUnknown(ValidationFailed):
    code = "central.device_unknown"


class RequestUnknown(ValidationFailed):
    code = "privacy.request_unknown"


class StepNotAllowed(ValidationFailed):
    """Codes: privacy.step_not_allowed (field `state`), privacy.not_extended, privacy.wrong_kind."""

    code = "privacy.step_not_allowed"


class LookalikesUndecided(StepNotAllowed):
    """Field `ids`: who they are, separated by commas."""

    code = "privacy.lookalikes_undecided"


class ConsentLinkRefused(ValidationFailed):
    """Codes: consent_link.no_address, consent_link.not_asked where none is made; consent_link.unknown,
    consent_link.over, consent_link.used, consent_link.foreign, consent.nothing_answered where none is answered."""

    code = "consent_link.unknown"


class AssociateUnknown(ValidationFailed):
    code = "team.unknown"


class PictureRefused(ValidationFailed):
    code = "central.picture_refused"


class EntryUnknown(ValidationFailed):
    code = "quarantine.gone"


class TooManyLists(ValidationFailed):
    code = "handover.too_many"


class DatabaseBusy(Unreachable):
    code = "sync.busy"


class DatabaseFull(DatabaseBusy):
    code = "central.disk_full"


class DatabaseNewer(UpgradeNeeded):
    code = "central.database_newer"
