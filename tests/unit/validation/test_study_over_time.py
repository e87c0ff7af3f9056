"""Outcomes that take time: what is counted up to the horizon, and who ends twice."""

import re

from laennec.validation.report import write_report
from laennec.validation.report.suppress import suppress
from laennec.validation.report.svg import Plot
from study_examples import change, protocol_text, run

OVER_TIME = {
    "a": ('# time = "followed_months"', 'time = "followed"'),
    "b": ("# horizon = 120.0", "horizon = 3.0"),
    "c": ("# competing", "competing"),
    "d": ('statistic = "auroc" ', 'statistic = "c_index" '),
    "e": ('case = { column = "outcome"', 'case = { column = "died"'),
}


def survival(folder):
    (folder / "study.toml").write_text(protocol_text(**OVER_TIME), encoding="utf-8")
    return run(folder)


def test_cases_are_those_up_to_the_horizon_and_later_ones_are_told_apart(folder):
    """All events ever were printed as the cases of a horizon that some came after."""
    counted = survival(folder)["analyses"]["counted"]
    assert counted["cases"] + counted["others"] == counted["n"]
    assert 0 < counted["late"] <= counted["others"]
    flow = survival(folder)["flow"]
    ends = [step for step in flow if step["id"] in ("positive", "negative", "abstained")]
    assert sum(step["cases"] for step in ends) == counted["cases"] + counted["late"]


def test_a_few_late_cases_are_hidden_with_the_counts_that_would_give_them_back(folder):
    document = survival(folder)
    late = document["analyses"]["counted"]["late"]
    persons = document["analyses"]["counted"].get("persons", {}).get("late", late)
    told = suppress(document, max(late, persons) + 1)["analyses"]["counted"]
    assert (told["cases"], told["others"], told["late"]) == (None, None, None)


def test_an_event_and_a_competing_event_in_one_person_are_a_deviation(folder):
    """Everyone's competing event was 1: who had no event became a competing death, in silence."""
    text = protocol_text(**OVER_TIME)
    column = re.search(r'^competing = \{ column = "(\w+)"', text, re.MULTILINE)[1]
    change(folder, column, lambda row, cell: "1")
    document = survival(folder)
    (told,) = [d for d in document["deviations"] if d["code"] == "event_and_competing"]
    counted = document["analyses"]["counted"]
    assert told["n"] == counted["cases"] + counted["late"]
    write_report(document, folder / "out")
    page = (folder / "out" / "report.en.html").read_text("utf-8")
    assert "the event and the competing event at once" in page


def test_labels_of_two_cut_offs_do_not_lie_on_each_other():
    plot = Plot((0.0, 1.0), (0.0, 1.0), "x", "y", str)
    for point in ((0.3, 0.7), (0.31, 0.7), (0.3, 0.69), (0.9, 0.1)):
        plot.dot(point, 0, "at 0.02")
    places = re.findall(r'<text x="([\d.]+)" y="([\d.]+)">at 0.02', plot.svg("t"))
    heights = sorted(float(y) for x, y in places if float(x) < 300)
    assert len(places) == 4
    assert all(b - a >= 13 for a, b in zip(heights, heights[1:], strict=False))
