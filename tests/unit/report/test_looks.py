"""A drawing carries its look: a page, a PDF and a print show the same."""

import re
from pathlib import Path

import numpy as np
import pytest
from drawings import drawings_of, lacks
from laennec.engine.ecg.leads import TWELVE_LEADS
from laennec.engine.ecg.signal import EcgSignal
from laennec.serving.report import render_html
from laennec.serving.report.ecg_fields import Shade
from laennec.serving.report.ecg_paper import Mark, ecg_svg
from laennec.serving.report.looks import DRAWING, PAPER
from laennec.serving.years.drift.chart import Line, bars, lines
from laennec.validation.report.svg import Box, Plot, flow_diagram
from plot_examples import example_plots
from prediagnosis_examples import EXAMPLES, high_risk_example

ROOT = Path(__file__).parents[3]
SHEETS = sorted(
    path
    for room in ("serving", "validation")
    for path in (ROOT / room).rglob("*.css")
    if path.parent.name != "documents"  # no drawing stands on those
)
PAINT = r"(?<![-\w])(fill|stroke|text-anchor)[-\w]* *:"


def paper():
    values = np.zeros((12, 5000))
    values[:, 900:1100] = np.nan
    marks = [Mark("p", 1.0, 1.1), Mark("qrs", 1.2, 1.3), Mark("t", 1.4, 1.6)]
    shades = [Shade(("V1",), 5.5, 5.7, "here")]
    return ecg_svg(EcgSignal(TWELVE_LEADS, values, 500.0), marks=[*marks, *shades], caption="a")


def chart():
    drawn = lines(
        ["2026-01", "2026-02"],
        [Line("a", {"2026-01": 0.2, "2026-02": 0.4}, starts="2026-02")],
        {"limit": 0.3},
        title="t",
        percent=True,
    )
    return drawn + bars(["2026-01", "2026-02", "2026-03"], [3, "*", 0], title="t")


def study():
    plot = Plot((0.0, 1.0), (0.0, 1.0), "x", "y", str)
    plot.line([(0.0, 0.0), (1.0, 1.0)], label="a")
    plot.band([(0.0, 0.0)], [(1.0, 1.0)])
    plot.bar(0.1, 0.2, 0.5)
    plot.interval(0.5, 0.1, 0.2, 0.3)
    plot.dot((0.5, 0.5), label="b")
    plot.note(0.5, "c")
    flow = flow_diagram([Box(("a",)), Box(("b",), ("c",))], [("d",), ("e",)], "t")
    return plot.svg("t") + flow


@pytest.mark.parametrize("draw", [paper, chart, study])
def test_a_drawing_says_itself_how_each_of_its_parts_looks(draw):
    """A PDF showed the ECG as opaque bars and filled traces, and its leads in giant letters."""
    drawn = drawings_of(draw())
    assert drawn
    assert [fault for one in drawn for fault in lacks(one)] == []


@pytest.mark.parametrize("make", EXAMPLES)
def test_so_does_every_drawing_of_a_report(make):
    page = render_html(make(), "fr", membership_plots=example_plots(), ecg_drawing=paper())
    assert [fault for one in drawings_of(page) for fault in lacks(one)] == []


def test_every_kind_of_part_was_looked_at():
    page = render_html(high_risk_example(), "fr", membership_plots=example_plots())
    seen = {name for one in drawings_of(page) for e in one.iter() for name in classes(e)}
    assert {"bar-for", "bar-against", "band-high", "curve-1", "dot-0", "marker-label"} <= seen
    (drawn,) = drawings_of(paper())
    assert {name for e in drawn.iter() for name in classes(e)} == set(PAPER)


def classes(element):
    return element.get("class", "").split()


@pytest.mark.parametrize("path", SHEETS, ids=lambda p: f"{p.parent.name}/{p.name}")
def test_no_style_of_a_page_says_how_a_drawing_looks(path):
    """It would be shown on a screen only, and a rule for a class of the page would reach inside."""
    sheet = re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert re.findall(PAINT, sheet) == []
    alone = set(re.findall(r"(?:^|[,}{;])\s*\.([-\w]+)\s*(?=[,{])", sheet))
    assert alone & {*DRAWING, *PAPER} == set()
