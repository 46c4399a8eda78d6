"""A drawn signature stays one, in few characters, whatever a finger does."""

import itertools
from math import cos, sin

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clienteling.domain.signature import (
    HEIGHT,
    MAX_CHARACTERS,
    WIDTH,
    Stroke,
    is_kept_drawing,
    is_signature,
    path_of,
    placed,
    strokes_of,
)
from sync.protocol.bodies.people import MAX_DRAWING_CHARACTERS, ConsentProof

points = st.tuples(st.integers(0, WIDTH), st.integers(0, HEIGHT))
drawn = st.lists(st.lists(points, min_size=1, max_size=60).map(tuple), max_size=20)


@given(drawn)
def test_what_is_kept_is_short_and_the_server_takes_it(strokes: list[Stroke]) -> None:
    path = path_of(strokes)
    assert len(path) <= MAX_CHARACTERS == MAX_DRAWING_CHARACTERS
    assert is_kept_drawing(path)
    assert ConsentProof(drawing=path).drawing == path
    assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for stroke in strokes_of(path) for x, y in stroke)


@given(drawn)
def test_every_stroke_begins_and_ends_where_it_did(strokes: list[Stroke]) -> None:
    again = strokes_of(path_of(strokes))
    assert [(one[0], one[-1]) for one in again] == [(one[0], one[-1]) for one in strokes][: len(again)]


def test_a_wave_keeps_its_shape_in_a_tenth_of_its_points() -> None:
    wave = tuple(placed(40 + step, 80 + 60 * sin(step / 40)) for step in range(400))
    (again,) = strokes_of(path_of([wave]))
    assert len(again) < len(wave) / 8
    for x, y in wave:
        (x1, y1), (x2, y2) = next(pair for pair in itertools.pairwise(again) if pair[0][0] <= x <= pair[1][0])
        assert abs(y1 + (y2 - y1) * (x - x1) / max(1, x2 - x1) - y) < 3


def test_a_scrawl_of_a_minute_still_fits() -> None:
    scrawl = tuple(
        tuple(placed(240 + 200 * cos(turn * step), 80 + 70 * sin(step * 1.3)) for step in range(300))
        for turn in range(1, 40)
    )
    assert 0 < len(path_of(scrawl)) <= MAX_CHARACTERS


@pytest.mark.parametrize("strokes", [[], [((10, 10),)], [((10, 10), (20, 20)), ((5, 5), (6, 6))]])
def test_a_slip_of_the_finger_is_no_signature(strokes: list[Stroke]) -> None:
    assert not is_signature(strokes)
    assert is_signature([*strokes, ((10, 10), (60, 60))])


@pytest.mark.parametrize("text", ["", "M1 2 3", "Mx y", "hello"])
def test_what_nobody_drew_is_drawn_as_nothing(text: str) -> None:
    assert strokes_of(text) == ()


def test_a_finger_that_leaves_the_ground_draws_along_its_edge() -> None:
    assert placed(-20, 900) == (0, HEIGHT)
