"""What people wrote and what became of it: I1, I2 and I9 over all devices of a history."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from sync.protocol.mutations import VOID, Entry
from sync.protocol.wire import VerdictStatus
from tests.simulation.authority import Authority
from tests.simulation.erasures import Erasures
from tests.simulation.tablet import Tablet
from tests.store.invariants import require


@dataclass(slots=True)
class Ledger:
    """`erasures`: nobody asks what became of what was written about the erased. `settled`: people were shown it and
    settled it. `lost`, `unseen`: on no disk any more after a disaster, the text or the entry."""

    written: dict[str, Entry] = field(default_factory=dict)
    settled: set[str] = field(default_factory=set)
    lost: set[str] = field(default_factory=set)
    unseen: set[str] = field(default_factory=set)
    erasures: Erasures = field(default_factory=Erasures)

    def collect(self, tablet: Tablet) -> None:
        """Entries that are in the outbox though their writer never heard so."""
        for entry in tablet.outbox():
            if entry.name != VOID:
                self.written.setdefault(entry.uuid, entry)

    def forgive(self, tablets: Iterable[Tablet], authority: Authority) -> None:
        """After a disaster: what is on no disk any more nobody can ask for."""
        tablets = list(tablets)
        texts = _texts(tablets)
        held = texts.union(*({entry.uuid for entry in tablet.outbox()} for tablet in tablets))
        self.lost |= {uuid for uuid in self.written if uuid not in authority.known.verdicts and uuid not in texts}
        self.unseen |= self.written.keys() - held

    def require_nothing_lost(self, tablets: Iterable[Tablet], authority: Authority) -> None:
        """I1: every entry is decided, or its text is on a device."""
        missing = self.written.keys() - authority.known.verdicts.keys() - _texts(tablets) - self.lost - self.settled
        missing = {uuid for uuid in missing if not self.erasures.speak_of(self.written[uuid])}
        require(not missing, "I1 what was written is here or at the server", [self.written[one] for one in missing])

    def require_everything_decided(self, tablets: Iterable[Tablet], authority: Authority) -> None:
        """I2, I9: every entry is applied, or people see it in Needs attention."""
        tablets = list(tablets)
        shown = self.settled | {item.entry.uuid for tablet in tablets for item in tablet.store.attention()}
        seen = shown | self.unseen | self.lost
        may_expire = any(tablet.jumped for tablet in tablets)
        for uuid, entry in self.written.items():
            verdict = authority.known.verdicts.get(uuid)
            if self.erasures.speak_of(entry):
                continue
            if verdict is None:
                # One that was refused before a restore has no text to send: where a copied device's twin was first, it
                # is under no number any more. People have it before them.
                require(uuid in self.lost | shown, "I1 every entry is decided", entry)
            elif verdict.status in {VerdictStatus.REJECTED, VerdictStatus.MERGED}:
                require(uuid in seen, "I9 a refusal is seen by people", f"{entry}: {verdict}")
            elif verdict.status == VerdictStatus.VOID:
                require(uuid in seen or may_expire, "I1 no word is sent up empty", entry)


def _texts(tablets: Iterable[Tablet]) -> set[str]:
    return set[str]().union(*(tablet.texts() for tablet in tablets))
