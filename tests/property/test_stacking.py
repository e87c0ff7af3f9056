"""Visits put one under the other are screened as each is alone, whatever stands in them."""

from functools import cache

from generated_visits import visits
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from laennec.engine import load_guidelines, load_models, parse
from laennec.engine.screening import screen_columns
from laennec.engine.stacking import stack_visits


@cache
def loaded():
    return load_models(), load_guidelines()


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(visits(), min_size=1, max_size=4))
def test_a_stack_says_of_each_what_it_says_alone(given_visits):
    batches = [parse(one).batch for one in given_visits]
    together = screen_columns(stack_visits(batches), *loaded())
    for row, one in enumerate(batches):
        alone = screen_columns(one, *loaded())
        assert together.urgency[row] == alone.urgency[0]
        assert together.batch.refused[row] == alone.batch.refused[0]
        for mine, other in zip(together.risks, alone.risks, strict=True):
            assert mine.abstention[row] == other.abstention[0]
            assert mine.band[row] == other.band[0]
            assert str(mine.value[row]) == str(other.value[0])
        told = {(p.code, p.item, p.severity) for p in together.batch.problems if p.row == row}
        assert told == {(p.code, p.item, p.severity) for p in alone.batch.problems}


def test_nothing_stacked_is_no_row():
    assert stack_visits([]).n == 0
