"""Twelve leads on millimetre paper, to be measured with a ruler."""

import re

import numpy as np
import pytest
from defusedxml.ElementTree import fromstring
from laennec.engine.ecg.leads import TWELVE_LEADS
from laennec.engine.ecg.signal import EcgSignal
from laennec.serving.report.ecg_paper import MM_PER_MV, MM_PER_S, ROW_MM, Mark, ecg_svg

SVG = "{http://www.w3.org/2000/svg}"
FS = 500.0


def square(height_mv=1.0, fs=FS, seconds=10.0, leads=TWELVE_LEADS):
    """Return a signal that is up by so much for the second half of every second."""
    t = np.arange(round(seconds * fs)) / fs
    wave = height_mv * ((t % 1.0) >= 0.8)
    return EcgSignal.of({name: wave for name in leads}, fs, complete=False)


def traces(svg):
    """Return the drawn lines by lead: absolute points in millimetres, (n, 2)."""
    found = []
    for group in fromstring(svg).iter(f"{SVG}g"):
        text = group.find(f"{SVG}text")
        if text is None:
            continue
        left, top = map(float, re.findall(r"[-\d.]+", group.get("transform")))
        path = group.find(f"{SVG}g/{SVG}path").get("d")
        pieces = []
        for piece in filter(None, path.split("M")):
            head, _, rest = piece.partition("l")
            steps = np.array(rest.split(), dtype=float).reshape(-1, 2)
            points = np.vstack([np.array(head.split(), dtype=float), steps]).cumsum(axis=0)
            pieces.append(points / 50 + [left, top])
        found.append((text.text, pieces))
    return found


def test_twelve_leads_stand_in_four_columns_over_a_rhythm_strip():
    found = traces(ecg_svg(square()))
    assert [name for name, _ in found] == [*TWELVE_LEADS, "II"]
    starts = {name: pieces[0][0] for name, pieces in found[:12]}
    assert starts["aVR"][0] - starts["I"][0] == pytest.approx(2.5 * MM_PER_S)
    assert starts["V4"][0] - starts["V1"][0] == pytest.approx(2.5 * MM_PER_S)
    assert len({round(float(starts[name][1]), 1) for name in ("I", "aVR", "V1", "V4")}) == 1


@pytest.mark.parametrize("fs", [100.0, 250.0, 360.0, 500.0, 1000.0])
def test_a_second_is_25_mm_and_a_millivolt_is_10_mm(fs):
    (_, pieces) = traces(ecg_svg(square(1.5, fs=fs)))[-1]
    points = pieces[0]
    assert points[-1, 0] - points[0, 0] == pytest.approx(10 * MM_PER_S, abs=0.3)
    low, high = np.percentile(points[:, 1], [1, 60])
    assert high - low == pytest.approx(1.5 * MM_PER_MV, abs=0.4)


def test_missing_samples_are_a_grey_field_and_never_a_line():
    signal = square()
    signal.signal_mv[1, 500:1000] = np.nan
    svg = ecg_svg(signal)
    (_, pieces) = traces(svg)[-1]
    assert len(pieces) == 2
    assert pieces[1][0, 0] - pieces[0][-1, 0] == pytest.approx(MM_PER_S, abs=0.2)
    assert svg.count('class="gap"') == 2  # in the column of lead II, and in the strip
    all_gone = square(leads=("II",))
    all_gone.signal_mv[:] = np.nan
    assert 'class="gap"' in ecg_svg(all_gone)


def test_few_leads_stand_below_each_other():
    found = traces(ecg_svg(square(leads=("II", "V5"))))
    assert [name for name, _ in found] == ["II", "V5"]
    assert found[1][1][0][0, 1] - found[0][1][0][0, 1] == pytest.approx(ROW_MM)


def test_a_short_strip_is_drawn_as_long_as_it_is_and_a_long_one_for_ten_seconds():
    short = fromstring(ecg_svg(square(seconds=1.2)))
    long = fromstring(ecg_svg(square(seconds=60.0)))
    widths = [float(svg.get("viewBox").split()[2]) for svg in (short, long)]
    assert widths[1] - widths[0] == pytest.approx((10 - 1.2) * MM_PER_S, abs=0.1)


def test_waves_are_marked_where_they_are_and_named_once():
    marks = [
        Mark("p", 1.0, 1.1),
        Mark("qrs", 1.16, 1.25),
        Mark("p", 2.0, 2.1),
        Mark("t", 9.9, 10.2),
    ]
    svg = fromstring(ecg_svg(square(), marks=marks))
    bars = [r for r in svg.iter(f"{SVG}rect") if r.get("class") in ("p", "qrs", "t")]
    assert [bar.get("class") for bar in bars] == ["p", "qrs", "p"]
    assert float(bars[2].get("x")) - float(bars[0].get("x")) == pytest.approx(MM_PER_S)
    assert float(bars[1].get("width")) == pytest.approx(0.09 * MM_PER_S, abs=0.01)
    assert [t.text for t in svg.iter(f"{SVG}text") if t.get("class") == "mark"] == ["P", "QRS"]


def test_what_a_file_names_its_leads_is_never_markup():
    name = '<script>alert("x")</script>'
    svg = ecg_svg(square(leads=("II", name)), caption="<b>", description='"><x')
    assert "<script" not in svg
    assert [text for text, _ in traces(svg)] == ["II", name]


@pytest.mark.parametrize("height_mv", [2.0, 3.2, -3.2, 4.0, 30.0, -30.0])
def test_nothing_of_a_large_voltage_is_cut_at_an_edge(height_mv):
    """Pinned: an R of more than 2.1 mV in the first row ended at the upper edge."""
    time_s = np.arange(5000) / FS
    bump = height_mv * np.maximum(1.0 - np.abs((time_s % 1.0) - 0.5) / 0.05, 0.0)
    drawn = ecg_svg(EcgSignal.of({name: bump for name in TWELVE_LEADS}, FS, complete=False))
    height = float(fromstring(drawn).get("viewBox").split()[3])
    points = np.vstack([piece for _, pieces in traces(drawn) for piece in pieces])
    if abs(height_mv) < 5.0:
        assert 0.0 < points[:, 1].min() < points[:, 1].max() < height
    assert height <= 170.0
