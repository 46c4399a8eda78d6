"""Looks for keys, tokens and passwords in every tracked file; a stage of `check.py` and `test.py`.

    .venv/bin/python -m build_scripts.secret_scan

detect-secrets' detectors, without its questions to the services a key might be of: nothing goes over the network. What
is found and is none stands in `known_secrets.toml` with the reason; a finding that is not there fails, and so does an
entry of what is found no longer. Left out: pictures and fonts, the locks (hashes, each checked by the installer) and
the demo's exports (made from a seed by `demo_data.py`).
"""

import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Final

from detect_secrets.core.scan import scan_file
from detect_secrets.settings import transient_settings

ROOT: Final = Path(__file__).resolve().parent.parent
KNOWN_FILE: Final = Path(__file__).with_name("known_secrets.toml")
LEFT_OUT: Final = ("*.lock", "*.png", "*.webp", "*.ttf", "*.otf", "*.woff2", "*.xlsx", "*.ods", "assets/demo/*.csv")
_OF_SERVICES: Final = (
    *("ArtifactoryDetector", "AWSKeyDetector", "AzureStorageKeyDetector", "BasicAuthDetector", "CloudantDetector"),
    *("DiscordBotTokenDetector", "GitHubTokenDetector", "GitLabTokenDetector", "JwtTokenDetector", "KeywordDetector"),
    *("MailchimpDetector", "NpmDetector", "OpenAIDetector", "PrivateKeyDetector", "PypiTokenDetector"),
    *("SendGridDetector", "SlackDetector", "SquareOAuthDetector", "StripeDetector", "TelegramBotTokenDetector"),
    *("TwilioKeyDetector",),
)
_FILTERS: Final = (
    *("is_sequential_string", "is_potential_uuid", "is_likely_id_string", "is_templated_secret"),
    *("is_prefixed_with_dollar_sign", "is_indirect_reference"),
)
SETTINGS: Final = {
    "plugins_used": [
        *({"name": name} for name in _OF_SERVICES),
        {"name": "HexHighEntropyString", "limit": 3.0},
        {"name": "Base64HighEntropyString", "limit": 4.5},
    ],
    "filters_used": [{"path": f"detect_secrets.filters.heuristic.{name}"} for name in _FILTERS],
}


@dataclass(frozen=True, order=True, slots=True)
class Finding:
    """Something like a secret, by the hash of it (SHA-1, as detect-secrets makes it)."""

    file: str
    kind: str
    hash: str


def tracked_files(root: Path) -> list[str]:
    """Every file that git knows of and that is read here, by its path from the root."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=root, capture_output=True, check=True, text=True).stdout
    return [
        one
        for one in listed.split("\0")
        if one and (root / one).is_file() and not any(fnmatch(one, kind) for kind in LEFT_OUT)
    ]


def findings(root: Path, files: Iterable[str]) -> Iterator[tuple[Finding, int]]:
    """What looks like a secret in these files, with the line it stands on."""
    with transient_settings(SETTINGS):
        for file in files:
            for found in scan_file(str(root / file)):
                yield Finding(file, found.type, found.secret_hash), found.line_number


def read_known(file: Path = KNOWN_FILE) -> set[Finding]:
    """What is none, each with a reason. Raises KeyError where one has none."""
    entries = tomllib.loads(file.read_text("utf-8")).get("known", [])
    return {Finding(one["file"], one["kind"], one["hash"]) for one in entries if one["why"]}


def complaints(root: Path = ROOT, known_file: Path = KNOWN_FILE) -> list[str]:
    """A line for each finding that is not known, and for each that is known and not there. No line has the secret."""
    files = (one for one in tracked_files(root) if root / one != known_file)  # hashes look like keys
    known, found = read_known(known_file), list(findings(root, files))
    new = [f"{one.file}:{line}: {one.kind} ({one.hash})" for one, line in found if one not in known]
    gone = known - {one for one, _ in found}
    return new + [f"{one.file}: {one.kind} ({one.hash}) is in {known_file.name} and no longer there" for one in gone]


def main() -> int:
    """0 where nothing is to be said."""
    said = sorted(complaints())
    for line in said:
        print(line)
    if said:
        print(
            "Take a real secret out, and revoke it. What is none goes into build_scripts/known_secrets.toml with why."
        )
    return 1 if said else 0


if __name__ == "__main__":
    sys.exit(main())
