"""What tests of the doctor share: its findings on a data directory, by check."""

from pathlib import Path

from clienteling.doctor.examining import Surroundings, examine
from clienteling.doctor.facts import Check, Finding, Verdict
from clienteling.doctor.judging import judge
from clienteling.secrets import KeyFile


def keys_of(device: Path) -> KeyFile:
    return KeyFile(device.with_name("device-keys.json"))


def found(data_dir: Path, around: Surroundings | None = None) -> dict[Check, Finding]:
    return {one.check: one for one in judge(examine(data_dir, around or Surroundings()))}


def codes(finding: Finding) -> tuple[Verdict, str, str | None]:
    return finding.verdict, finding.found[0].key, finding.mend.key if finding.mend else None
