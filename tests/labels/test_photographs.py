"""Photographs of labels: what a phone holds at a shelf is never as clean as what was printed.

What is known of level Q was taken from twenty pictures each; ours may fall short of it by chance alone. Where all
twenty were read, all of ours are.
"""

from math import sqrt

import pytest

from build_scripts.benchmarks.label_photographs import PHOTOGRAPHS, Photograph, blurred, covered, main, read_percent

PICTURES = 40
KNOWN_FROM = 20


@pytest.mark.parametrize(
    "photograph", [one for one in PHOTOGRAPHS if one.expected is not None], ids=lambda one: one.name
)
def test_a_photograph_is_read_as_often_as_is_known_of_such_symbols(photograph: Photograph) -> None:
    assert photograph.expected is not None
    known = photograph.expected / 100
    by_chance = 300 * sqrt(known * (1 - known) * (1 / KNOWN_FROM + 1 / PICTURES))
    assert read_percent(photograph, PICTURES) >= photograph.expected - by_chance


def test_a_photograph_that_nobody_could_read_is_not_read() -> None:

    assert read_percent(Photograph("far out of focus", blurred(2.0), None), 5) == 0
    assert read_percent(Photograph("half covered", covered(50), None), 5) == 0


def test_the_rates_are_printed_as_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["2"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 1 + len(PHOTOGRAPHS)
    assert lines[1].split() == ["as", "printed", "100", "%", "100", "%"]
