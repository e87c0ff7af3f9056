"""The numbers of visits and values that a report prints give no 1 to 10 people away."""

import pytest
from laennec.serving.years.drift.judge import Judge, Point, Series
from laennec.serving.years.drift.limits import read_limits
from laennec.serving.years.drift.report import Report, published
from laennec.serving.years.drift.series import Place

MONTH = 2025 * 12 + 7


def share(measure, name, n, k, **where):
    point = Point(MONTH, n, k, k / n, max(0.0, k / n - 0.01), k / n + 0.01)
    return Series(Place(measure, name, **where), (), (point,))


def item(visits, there, refused, suspect, **where):
    """Return the series of one item in one month."""
    used = there - refused - suspect
    values = Series(
        Place("input", "waist", **where), (), (Point(MONTH, used, None, 0.1, 0.0, 0.2, 90.0),)
    )
    missing = [] if visits is None else [share("missing", "waist", visits, visits - there, **where)]
    return [
        *missing,
        share("refused_value", "waist", there, refused, **where),
        share("suspect_value", "waist", there, suspect, **where),
        values,
    ]


def printed(*series):
    report = Report(tuple(series), (), {MONTH: 1500}, Judge(read_limits(None)))
    return {(one["measure"], one["group"]): one["points"][0] for one in published(report)["series"]}


def known(told, group=""):
    """Return the bounds of visits, of who has the item and of who has a usable value."""
    sizes = {}
    for chain in (("missing",), ("refused_value", "suspect_value"), ("input",)):
        sizes[chain[0]] = [
            told[m, group]["n"] for m in chain if isinstance(told.get((m, group), {}).get("n"), int)
        ]
    return [n for found in sizes.values() for n in found[:1]]


@pytest.mark.parametrize("visits", [None, 1500])
@pytest.mark.parametrize("missing", [0, 1, 4, 30])
@pytest.mark.parametrize("refused", [0, 1, 40])
@pytest.mark.parametrize("suspect", [0, 2, 40])
def test_no_two_numbers_of_an_item_differ_by_a_few_people(visits, missing, refused, suspect):
    told = printed(*item(visits, 1500 - missing, refused, suspect))
    numbers = known(told)
    assert all(a == b or abs(a - b) > 10 for a in numbers for b in numbers)
    for measure, k in (("refused_value", refused), ("suspect_value", suspect)):
        point = told[measure, ""]
        if 0 < k < 11:
            assert point["value"] == "hidden"
        if not isinstance(point["n"], int):
            assert "low" not in point
            assert point["value"] in ("hidden", 0.0)
    assert told["input", ""]["value"] == 0.1


def test_one_suspect_value_is_not_told_by_the_number_of_values():
    """Pinned: suspect was hidden, and 1499 values stood beside 1500 visits with none missing."""
    told = printed(*item(1500, 1500, 0, 1))
    assert told["input", ""]["n"] == "hidden"
    assert told["missing", ""]["n"] == 1500


def test_of_the_sites_at_least_two_numbers_are_hidden_where_one_is():
    sites = {"Est": (300, 300, 0, 2), "Nord": (600, 600, 0, 20), "Sud": (600, 600, 0, 0)}
    series = [s for name, n in sites.items() for s in item(*n, by="site", group=name)]
    told = printed(*item(1500, 1500, 0, 22), *series)
    hidden = {name for name in sites if told["input", name]["n"] == "hidden"}
    assert hidden == {"Est", "Nord"}
    assert told["input", ""]["n"] == 1478


def test_a_risk_that_few_did_not_get_is_not_told_by_the_number_who_got_it():
    risk = Series(
        Place("risk", "t2d", release="r"), (), (Point(MONTH, 496, None, 0.1, 0, 0.2, 0.1),)
    )
    told = printed(share("not_assessable", "t2d", 500, 4, release="r"), risk)
    assert told["risk", ""]["n"] == "hidden"
