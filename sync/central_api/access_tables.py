"""Tables of the central database about who may ask it: devices, associates on them, and whoever has a one-time code.

Of codes and tokens only hashes are kept. Used as Core tables, as those of `tables`.
"""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import BigInteger, Table
from sqlmodel import Field

from sync.central_api.column_types import RecordId
from sync.central_api.table_base import CentralTable
from sync.protocol.column_types import UtcDateTime


class Device(CentralTable, table=True):
    """A registration: one device, one store.

    `public_key`: hexadecimal, of a device that enrolled and signs its requests. One without has a token for good, of
    which only the SHA-256 is kept. `app_version`, `platform`: as it last told. `waiting`: changes that were still to
    come from it when it was last here. `look_ups_until`: when its online look-ups so far would have been made at the
    pace allowed.
    """

    __tablename__: ClassVar[Any] = "device"
    id: str = Field(primary_key=True, sa_type=RecordId)
    token_hash: str | None = Field(default=None, unique=True)
    store_id: str = Field(sa_type=RecordId)
    name: str
    added_at: datetime = Field(sa_type=UtcDateTime)
    last_seen_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    look_ups_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    public_key: str | None = None
    app_version: str = Field(default="", sa_column_kwargs={"server_default": ""})
    platform: str = Field(default="", sa_column_kwargs={"server_default": ""})
    waiting: int | None = Field(default=None, sa_type=BigInteger)


class EnrolmentCode(CentralTable, table=True):
    """A code by which one device may enrol, once. Only its SHA-256 is kept.

    `name`: what people will call the device, "" where it may say so itself. `made_by`: an associate's id, or
    `operator`. `registration_id`: who took it.
    """

    __tablename__: ClassVar[Any] = "enrolment_code"
    code_hash: str = Field(primary_key=True)
    store_id: str = Field(sa_type=RecordId)
    name: str
    made_by: str
    made_at: datetime = Field(sa_type=UtcDateTime)
    ends_at: datetime = Field(sa_type=UtcDateTime, index=True)
    taken_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    registration_id: str | None = Field(default=None, sa_type=RecordId)


class RefreshFamily(CentralTable, table=True):
    """The refresh tokens of an enrolled device, of which none is kept (`tokens`).

    `newest_n`, `newest_at`: the number of the newest one delivered, and when it first was; `before_at`: when the one
    before it first was. `ended_at`: an older one was used again.
    """

    __tablename__: ClassVar[Any] = "refresh_family"
    registration_id: str = Field(primary_key=True, sa_type=RecordId)
    salt: str
    newest_n: int = Field(sa_type=BigInteger)
    newest_at: datetime = Field(sa_type=UtcDateTime)
    before_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class AccessToken(CentralTable, table=True):
    """An access token of an enrolled device. Only its SHA-256 is kept."""

    __tablename__: ClassVar[Any] = "access_token"
    token_hash: str = Field(primary_key=True)
    registration_id: str = Field(index=True, sa_type=RecordId)
    ends_at: datetime = Field(sa_type=UtcDateTime, index=True)


class AssociateKey(CentralTable, table=True):
    """The key that an associate has on a device: made there with their PIN, hexadecimal. `ended_at` None: it holds."""

    __tablename__: ClassVar[Any] = "associate_key"
    registration_id: str = Field(primary_key=True, sa_type=RecordId)
    associate_id: str = Field(primary_key=True, index=True, sa_type=RecordId)
    public_key: str
    added_at: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class RecoveryKey(CentralTable, table=True):
    """The store's key of a device that opens with PINs alone, as the device has sealed it, hexadecimal."""

    __tablename__: ClassVar[Any] = "recovery_key"
    registration_id: str = Field(primary_key=True, sa_type=RecordId)
    sealed: str
    kept_at: datetime = Field(sa_type=UtcDateTime)


class SignInCode(CentralTable, table=True):
    """A code by which an associate may add a key of theirs on one device, once. Only its SHA-256 is kept.

    `made_by`: an associate's id, or `operator`. `registration_id`: the device it was used on.
    """

    __tablename__: ClassVar[Any] = "sign_in_code"
    code_hash: str = Field(primary_key=True)
    associate_id: str = Field(sa_type=RecordId)
    made_by: str
    made_at: datetime = Field(sa_type=UtcDateTime)
    ends_at: datetime = Field(sa_type=UtcDateTime, index=True)
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    registration_id: str | None = Field(default=None, sa_type=RecordId)


class ConsentLink(CentralTable, table=True):
    """A link by which a customer answers on a phone of their own, once. Only its token's SHA-256 is kept.

    `questions`: JSON of what was asked, with the answers that were seen; `outcome`: JSON of the answers, "" before.
    """

    __tablename__: ClassVar[Any] = "consent_link"
    code_hash: str = Field(primary_key=True)
    id: str = Field(sa_type=RecordId)
    customer_id: str = Field(index=True, sa_type=RecordId)
    store_id: str = Field(sa_type=RecordId)
    registration_id: str = Field(sa_type=RecordId)
    associate_id: str = Field(sa_type=RecordId)
    text_version: str
    questions: str
    made_at: datetime = Field(sa_type=UtcDateTime)
    ends_at: datetime = Field(sa_type=UtcDateTime, index=True)
    answered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    outcome: str = ""


class ActingToken(CentralTable, table=True):
    """An associate's token on a device, got by their key. Only its SHA-256 is kept."""

    __tablename__: ClassVar[Any] = "acting_token"
    token_hash: str = Field(primary_key=True)
    registration_id: str = Field(sa_type=RecordId)
    associate_id: str = Field(index=True, sa_type=RecordId)
    ends_at: datetime = Field(sa_type=UtcDateTime, index=True)


DEVICE: Table = CentralTable.metadata.tables["device"]
ENROLMENT_CODE: Table = CentralTable.metadata.tables["enrolment_code"]
REFRESH_FAMILY: Table = CentralTable.metadata.tables["refresh_family"]
ACCESS_TOKEN: Table = CentralTable.metadata.tables["access_token"]
ASSOCIATE_KEY: Table = CentralTable.metadata.tables["associate_key"]
RECOVERY_KEY: Table = CentralTable.metadata.tables["recovery_key"]
SIGN_IN_CODE: Table = CentralTable.metadata.tables["sign_in_code"]
CONSENT_LINK: Table = CentralTable.metadata.tables["consent_link"]
ACTING_TOKEN: Table = CentralTable.metadata.tables["acting_token"]
