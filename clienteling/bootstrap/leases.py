"""Leases as the device keeps them: what its server said last of those who have a key here (`sync.protocol.leases`).

In a file of ids, roles and times beside the store, because who may come in is asked while the store is closed. What is
changed in it shows, by the server's signature; whoever removes it has those who have a PIN come in by the last sync
alone, as before there were leases. The server's key is kept with the device's secrets, from the enrolment on or from
the first leases, and no other server's leases are taken.
"""

import logging
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from clienteling.domain.errors import LeaseEnded
from clienteling.secrets import SERVER_KEY, KeyringUnusable, SecretStore, read_enrolment
from clienteling.use_cases.sign_in import NO_KEY, NO_LEASE
from sync.protocol.errors import ProtocolBroken, StoreFailed
from sync.protocol.leases import Expected, Lease, LeaseFault, LeasesReply, check_lease
from sync.protocol.private_files import write_durably

LEASES_FILE: Final = "sign-in.leases"
_CODES: Final = {LeaseFault.EXPIRED: None, LeaseFault.CLOCK_SET_BACK: "sign_in.clock_set_back"}

log = logging.getLogger(__name__)


class LeaseFile:
    """The leases of one data directory."""

    def __init__(self, folder: Path, secrets: SecretStore) -> None:
        self._path, self._secrets = folder / LEASES_FILE, secrets

    def keep(self, reply: LeasesReply) -> None:
        """In place of those before. Raises ProtocolBroken where they are another server's, and StoreFailed."""
        try:
            known = self._secrets.read(SERVER_KEY)
            if known is None:
                self._secrets.keep(SERVER_KEY, reply.server_key)
            elif known != reply.server_key:
                raise ProtocolBroken("lease.other_server")
            write_durably(self._path, reply.model_dump_json().encode())
        except (KeyringUnusable, OSError) as error:
            raise StoreFailed from error

    def lease_of(self, associate_id: str, *, now: datetime, heard_at: datetime | None, hours: int) -> Lease | None:
        """The lease by which the associate may come in; None where the server takes what anybody of the store writes.

        `heard_at`: when the device last heard of its server. Raises LeaseEnded for one who has a key, or had one, and
        no lease that holds, and for one without a key where the server asks for keys; KeyringUnusable.
        """
        reply = self._read()
        if reply is None or not reply.asks_for_keys:
            return None
        if associate_id not in reply.keyed:
            raise LeaseEnded(NO_KEY)
        enrolment, server_key = read_enrolment(self._secrets), self._secrets.read(SERVER_KEY)
        if enrolment is None or server_key is None:
            return None
        expected = Expected(server_key, enrolment.registration_id, associate_id)
        faults: set[LeaseFault] = set()
        for signed in reply.leases:
            found = check_lease(signed, expected, now=now, heard_at=heard_at, at_most=timedelta(hours=hours))
            if isinstance(found, Lease):
                return found
            faults.add(found)
        for fault, code in _CODES.items():
            if fault in faults:
                raise LeaseEnded(code, count=hours)
        log.warning("an associate without a lease was refused", extra={"associate_id": associate_id})
        raise LeaseEnded(NO_LEASE)

    def asks_for_keys(self) -> bool:
        """Whether the server takes what is written here from those alone whom it knows on this device, as far as it
        has told."""
        reply = self._read()
        return reply is not None and reply.asks_for_keys

    def known(self) -> frozenset[str]:
        """Ids of those who have a key here, or had one, as far as the server has told."""
        reply = self._read()
        return frozenset(reply.keyed) if reply is not None else frozenset()

    def _read(self) -> LeasesReply | None:
        try:
            return LeasesReply.model_validate_json(self._path.read_bytes())
        except (FileNotFoundError, ValidationError):
            return None
