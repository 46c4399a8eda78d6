"""Nobody who reads the figures, all spans of them, can tell a number under 10."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from clienteling.domain.views import SPANS, ShelfLabel, Standing
from clienteling.reports.small_cells import LEAST, Rings, grown, is_safe, merged_upwards
from tests.reports.attacker import SOURCES, SPAN_ENDS, Attacker, World, hours_known_to_be_small
from tests.reports.bounds import Knowledge

SHAPES = (
    (("shirts", "linen"), ("shirts", "linen"), ("shirts", "oxford")),
    (("shirts", "linen"), ("shirts", "oxford"), ("shoes", "boots")),
    (("shirts", "linen"), ("shirts", "linen"), ("shirts", "linen")),
    (("shirts", "linen"), ("shirts", "oxford"), ("shirts", "flannel"), ("shoes", "boots")),
)
"""Category and product of each label."""

numbers = st.one_of(st.just(0), st.integers(0, 3), st.integers(0, 14), st.integers(9, 40))
ONE_SPAN = ((0, 1),)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """A few labels and what was counted of them in each stretch of time."""
    shape = draw(st.sampled_from(SHAPES))
    labels = tuple(
        ShelfLabel(f"{number:014}", product, product, (str(number),), category)
        for number, (category, product) in enumerate(shape)
    )
    cells = {
        (label, source, sold_out, stretch): draw(numbers)
        for label in range(len(shape))
        for source in SOURCES
        for sold_out in (False, True)
        for stretch in range(4)
    }
    return World(labels, cells, {}, tuple(draw(numbers) for _ in range(4)))


@st.composite
def busy_hours(draw: st.DrawFn) -> World:
    """One label, scanned at five hours of three parts of the day."""
    hours = {
        (hour, source, stretch): draw(numbers)
        for hour in (9, 10, 11, 12, 19)
        for source in SOURCES
        for stretch in range(4)
    }
    scans = {
        (0, source, False, stretch): sum(
            number for (_, by, when), number in hours.items() if (by, when) == (source, stretch)
        )
        for source in SOURCES
        for stretch in range(4)
    }
    return World((ShelfLabel("0" * 14, "linen", "linen"),), scans, hours, (0, 0, 0, 0))


@settings(max_examples=60, deadline=None)
@given(worlds())
def test_nobody_can_tell_that_a_number_is_under_10_though_they_read_every_span_and_know_the_catalogue(
    world: World,
) -> None:
    assert list(Attacker(world, knows_unscanned=False).known_to_be_small()) == []


@settings(max_examples=60, deadline=None)
@given(worlds())
def test_no_number_under_10_can_be_worked_out_though_it_is_known_which_labels_were_scanned(world: World) -> None:
    assert list(Attacker(world, knows_unscanned=True).given_away()) == []


@settings(max_examples=60, deadline=None)
@given(busy_hours())
def test_nobody_can_tell_that_an_hour_has_fewer_than_10_scans_though_they_read_every_span(world: World) -> None:
    assert list(hours_known_to_be_small(world)) == []


@settings(max_examples=200, deadline=None)
@given(worlds())
def test_a_step_is_told_where_neither_it_nor_what_lies_between_two_spans_is_under_10(world: World) -> None:
    told = []
    for span, ends in zip(SPANS, SPAN_ENDS, strict=True):
        report = world.reports()[span]
        if report.standing is Standing.READY and report.funnel is not None and report.funnel.saved is not None:
            assert report.funnel.saved == sum(world.saved[:ends])
            told.append(report.funnel.saved)
    between = [longer - shorter for shorter, longer in pairwise(told)]
    assert all(number == 0 or number >= LEAST for number in (*told, *between))


def test_a_group_of_which_it_is_known_that_each_was_scanned_is_shown_where_each_might_be_10() -> None:
    assert not is_safe([(1,)] * 10, ONE_SPAN), "ten labels with ten scans: one each"
    assert not is_safe([(2,), (8,), (0,), (1,), (1,)], ONE_SPAN)
    assert is_safe([(2,), (9,), (0,)], ONE_SPAN)
    assert is_safe([(0,), (0,)], ONE_SPAN)


def test_what_is_left_over_takes_the_smallest_of_the_others_with_it() -> None:
    cells: dict[tuple[str, ...], Rings] = {
        ("shirts", "linen"): (40,),
        ("shirts", "oxford"): (12,),
        ("shirts", "flannel"): (3,),
    }
    tree = merged_upwards(grown(cells), ONE_SPAN)
    (shirts,) = tree.parts
    assert [part.name for part in shirts.parts] == ["linen"]
    assert shirts.rest == {"oxford": (12,), "flannel": (3,)}


def test_the_worst_that_can_be_known_is_found_by_the_solver() -> None:
    known = Knowledge(3, [(frozenset({0, 1, 2}), 12), (frozenset({0, 1}), 7)], [(frozenset({1}), 2)])
    assert round(known.highest(frozenset({0})), 6) == 5
    assert round(known.lowest(frozenset({1})), 6) == 2
    assert round(known.highest(frozenset({2})), 6) == round(known.lowest(frozenset({2})), 6) == 5
