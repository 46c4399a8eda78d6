"""Known vulnerabilities of locked packages: which fail a run, and what is said where nobody could be asked."""

import tomllib

import pytest

from build_scripts.advisories import KNOWN, Audit, judge, read_audit

ANSWER = {
    "dependencies": [
        {"name": "kopi", "version": "1.0", "vulns": [{"id": "PYSEC-1", "fix_versions": ["1.1"], "description": "x"}]},
        {"name": "teh", "version": "2.0", "vulns": []},
        {"name": "gula", "skip_reason": "not found"},
    ],
    "fixes": [],
}
"""As pip-audit 2.10 writes it."""
FOUND = "kopi 1.0: PYSEC-1, mended in 1.1"


def test_a_known_vulnerability_fails_the_run_and_says_which_version_mends_it() -> None:
    assert judge(read_audit(ANSWER), {}, required=False) == (1, ["2 of 3 packages asked about.", FOUND])


def test_one_that_was_looked_at_and_does_not_count_is_said_with_the_reason() -> None:
    known = {"PYSEC-1": "only where it boils; 2026-11-24", "PYSEC-0": "long ago"}
    status, said = judge(read_audit(ANSWER), known, required=False)
    assert status == 0
    assert said[1] == f"{FOUND} (only where it boils; 2026-11-24)"
    assert said[2].startswith("PYSEC-0: no package has it any more")


@pytest.mark.parametrize("audit", [None, Audit(0, 3, {})])
def test_where_nobody_answers_it_is_said_and_fails_only_who_requires_it(audit: Audit | None) -> None:
    status, said = judge(audit, {}, required=False)
    assert (status, said[0][:11]) == (0, "NOT CHECKED")
    assert judge(audit, {}, required=True)[0] == 1


def test_who_requires_it_fails_where_some_packages_could_not_be_asked_about() -> None:
    assert judge(Audit(2, 3, {}), {}, required=True)[0] == 1
    assert judge(Audit(3, 3, {}), {}, required=True)[0] == 0


@pytest.mark.parametrize("answer", [{}, {"dependencies": [{"name": "kopi"}]}])
def test_an_answer_of_another_shape_is_none(answer: dict[str, object]) -> None:
    with pytest.raises((KeyError, TypeError)):
        read_audit(answer)


def test_every_advisory_that_does_not_count_has_a_reason() -> None:
    assert all(isinstance(why, str) and why for why in tomllib.loads(KNOWN.read_text("utf-8")).values())
