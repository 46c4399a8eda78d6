"""The search for secrets: what is planted is found, what is known has a reason, and nothing else is said."""

import hashlib
import subprocess
from pathlib import Path

import pytest

from build_scripts.secret_scan import complaints, read_known

AWS = "AKIA" + "QYLPMN5HHHFPZAM2"
"""Put together here, or this file would be found."""
GITHUB = "ghp_" + "wWPw5k" * 6
RANDOM = hashlib.sha256(b"of nothing").hexdigest()


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    (tmp_path / "known.toml").write_text("")
    (tmp_path / "notes.md").write_text("Nothing to see.\n")
    add_all(tmp_path)
    return tmp_path


def add_all(checkout: Path) -> None:
    subprocess.run(["git", "add", "-A"], cwd=checkout, check=True)


def said(checkout: Path) -> list[str]:
    return complaints(checkout, checkout / "known.toml")


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        (f"region = eu, {AWS}", "AWS Access Key"),
        (f"git clone https://{GITHUB}@github.com/x/y", "GitHub Token"),
        (f'STORE_KEY = "{RANDOM}"', "Hex High Entropy String"),
        ("-----BEGIN " + "RSA PRIVATE KEY-----", "Private Key"),
        ('password = "' + "correct-horse-7" + '"', "Secret Keyword"),
    ],
)
def test_a_planted_key_is_found_by_its_line_and_not_repeated(checkout: Path, line: str, kind: str) -> None:
    assert said(checkout) == []
    (checkout / "settings.py").write_text(f"# ours\n{line}\n")
    assert said(checkout) == [], "git does not know of it yet"
    add_all(checkout)
    found = said(checkout)
    assert any(one.startswith(f"settings.py:2: {kind}") for one in found), found
    assert not any(secret in one for one in found for secret in (AWS, GITHUB, RANDOM, "correct-horse"))


def test_what_is_known_is_not_said_and_what_is_gone_is(checkout: Path) -> None:
    (checkout / "settings.py").write_text(f'STORE_KEY = "{RANDOM}"\n')
    add_all(checkout)
    kinds = [one.split(": ")[1].rpartition(" (") for one in said(checkout)]
    known = "".join(
        f'[[known]]\nfile = "settings.py"\nkind = "{kind}"\nhash = "{hash_.rstrip(")")}"\nwhy = "made up"\n'
        for kind, _, hash_ in kinds
    )
    (checkout / "known.toml").write_text(known)
    assert said(checkout) == []
    (checkout / "settings.py").write_text("\n")
    assert all(one.endswith("no longer there") for one in said(checkout))
    assert len(said(checkout)) == len(kinds)


def test_everything_that_is_known_has_a_reason() -> None:
    assert read_known()
