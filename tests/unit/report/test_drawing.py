"""Geometry: what is drawn is where the number says."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from laennec.engine.fuzzy.variables import LinguisticVariable, Term, Universe
from laennec.serving.report import MembershipPlot, membership_plots
from laennec.serving.report.drawing import (
    BAR_WIDTH,
    PLOT_HEIGHT,
    PLOT_WIDTH,
    RULER_WIDTH,
    band_ruler,
    index_scale,
    membership_drawing,
    risk_scale,
    rule_bars,
)

WAIST = LinguisticVariable(
    "waist_cm",
    "cm",
    Universe(60.0, 150.0),
    (Term("high", "rising_shoulder", (90.0, 110.0), "test"),),
    "test",
)
TREATED = LinguisticVariable(
    "bp_treated",
    "1",
    Universe(0.0, 1.0),
    (Term("yes", "rising_shoulder", (0.4, 0.6), "test"),),
    "test",
)


@given(st.floats(0, 1), st.floats(0.002, 0.2), st.floats(0.21, 0.9))
def test_the_marker_lies_in_the_band_of_the_risk(risk, low, high):
    ruler = band_ruler(risk_scale(), risk, (low, high), None)
    band = (risk >= low) + (risk >= high)
    segment = ruler.segments[band]
    assert segment.x - 0.1 <= ruler.marker <= segment.x + segment.width + 0.1
    assert sum(s.width for s in ruler.segments) == pytest.approx(RULER_WIDTH, abs=0.2)


@given(st.floats(0, 1), st.floats(0, 1))
def test_the_interval_holds_the_marker_wherever_it_holds_the_risk(one, other):
    low, high = min(one, other), max(one, other)
    ruler = band_ruler(risk_scale(), (low + high) / 2, (0.02, 0.1), (low, high))
    assert ruler.interval[0] <= ruler.marker <= ruler.interval[1]


def test_an_index_has_a_straight_scale():
    assert index_scale(58.0).place(50.0) == RULER_WIDTH / 2
    assert index_scale(0.5).place(0.5) == RULER_WIDTH / 2


@given(st.lists(st.floats(-5, 5), max_size=8))
def test_bars_keep_the_order_of_sizes_and_their_side(contributions):
    bars = rule_bars(contributions)
    for contribution, bar in zip(contributions, bars, strict=True):
        assert bar.is_for == (contribution >= 0)
        assert bar.x >= BAR_WIDTH / 2 if bar.is_for else bar.x + bar.width <= BAR_WIDTH / 2 + 0.1
        assert 0 < bar.width <= BAR_WIDTH / 2 + 0.1


def test_a_plot_uses_the_membership_function_of_the_rules():
    (plot,) = membership_plots([WAIST, TREATED], {"waist_cm": 100.0, "bp_treated": 1.0})
    assert plot.curves[0].at_value == pytest.approx(0.5)
    drawing = membership_drawing(plot)
    assert drawing.marker == pytest.approx(PLOT_WIDTH * 40 / 90, abs=0.1)
    assert drawing.curves[0].dot == pytest.approx(PLOT_HEIGHT / 2, abs=0.1)


def test_a_value_that_is_not_known_is_not_drawn():
    (plot,) = membership_plots([WAIST], {})
    assert plot.value is None
    drawing = membership_drawing(plot)
    assert drawing.marker is None
    assert drawing.curves[0].dot is None


def test_a_value_beyond_the_universe_is_drawn_at_its_end():
    plot = MembershipPlot("waist_cm", "", "cm", (60.0, 150.0), (), 400.0)
    assert membership_drawing(plot).marker == PLOT_WIDTH
