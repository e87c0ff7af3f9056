"""Small counts are hidden, with what would give them away in the same table."""

import copy

import pytest
from laennec.validation.report.suppress import suppress
from suppress_examples import ESTIMATE, document


def test_a_small_count_of_missing_items_or_of_known_ones_is_hidden():
    inputs = [
        {"input": "a", "missing": m, "known": 400 - m, "n": 400} for m in (0, 1, 10, 11, 392, 400)
    ]
    found = suppress({**document(), "missing": {"inputs": inputs, "analyses": []}}, 11)
    assert [row["missing"] for row in found["missing"]["inputs"]] == [0, None, None, 11, None, 400]


def test_nothing_is_hidden_where_nothing_is_small_or_asked():
    whole = document()
    told = suppress(whole, 11)
    told["analyses"]["counted"]["calibration"] = whole["analyses"]["counted"]["calibration"]
    curve = told["analyses"]["counted"]["discrimination"]["tests"]["index"]
    assert curve["curve"] == [(0.0, 0.0), (0.5, 0.8), (1.0, 1.0)]
    told["analyses"]["counted"]["discrimination"] = whole["analyses"]["counted"]["discrimination"]
    for band in whole["analyses"]["counted"]["bands"]:
        del band["smallest_cell"]
    del whole["subgroups"][0]["rest"]
    assert told == {**whole, "suppressed_below": 11}
    asked_not = document(a=lambda d: d["subgroups"][0]["groups"][0].update(cases=1, others=99))
    plain = suppress(asked_not, 0)["subgroups"][0]
    assert {**plain, "rest": None} == asked_not["subgroups"][0]
    told = suppress(asked_not, 0)["analyses"]["counted"]["discrimination"]["tests"]["index"]
    assert len(told["curve"]) == 5


def test_a_small_step_of_the_flow_joins_the_next():
    told = suppress(document(a=lambda d: d["flow"][1].update(left=3, stayed=197)), 11)
    (_, joined, _) = told["flow"]
    assert (joined["label"], joined["left"], joined["stayed"]) == ("x; y", 23, 140)
    last = suppress(document(a=lambda d: d["flow"][2].update(left=2, stayed=158)), 11)
    assert [s["left"] for s in last["flow"] if "left" in s] == [0, 42]


def test_a_small_cell_hides_its_table_and_its_endpoint():
    def small(d):
        d["analyses"]["counted"]["threshold"]["index"]["counts"]["fn"] = 4

    told = suppress(document(a=small), 11)
    table = told["analyses"]["counted"]["threshold"]["index"]
    assert set(table["counts"].values()) == {None}
    assert table["shares"]["ppv"]["wilson"] == {"suppressed": True}
    assert table["threshold"] == 0.1
    assert told["endpoints"][0]["result"] == {"suppressed": True}
    assert told["endpoints"][0]["verdict"] == "not_estimable"


def test_one_small_group_takes_another_one_with_it():
    """One hidden group would be the total minus the others."""
    told = suppress(
        document(a=lambda d: d["subgroups"][0]["groups"][1].update(cases=4, others=96)), 11
    )
    groups = told["subgroups"][0]["groups"]
    assert [g["n"] for g in groups] == [None, None, 100]
    assert groups[0]["results"]["auroc"] == {"suppressed": True}
    assert told["subgroups"][0]["worst_gap"]["auroc"] == {"suppressed": True}


def test_small_periods_bands_bins_ends_and_reasons():
    def small(d):
        d["periods"]["groups"][2]["abstained"] = 3
        d["analyses"]["counted"]["bands"][0]["cases"] = 2
        d["flow"][3].update(cases=45, others=5)
        d["analyses"]["counted"]["abstention"]["reasons"] = {"a": 3, "b": 9, "c": 50}
        d["participants"][0]["cases"].update(yes=57, no=3)
        d["deviations"][0]["n"] = 2

    told = suppress(document(a=small), 11)
    assert told["periods"]["groups"][2]["n"] is None
    assert told["analyses"]["counted"]["bands"][0]["cases"] is None
    assert told["flow"][3] == {"id": "positive", "n": 50, "cases": None, "others": None}
    few = suppress(document(a=lambda d: d["flow"][3].update(n=7, cases=0, others=7)), 11)
    assert few["flow"][3] == {"id": "positive", "n": None, "cases": None, "others": None}
    assert told["analyses"]["counted"]["abstention"]["reasons"] == {"c": 50, "other": 12}
    assert told["participants"][0]["cases"] == {"n": 60, "known": None}
    assert told["deviations"][0]["n"] == "< 11"
    assert told["analyses"]["counted"]["calibration"]["histogram"]["counts"] == [None, None]


def test_few_withheld_cases_hide_every_bound():
    def small(d):
        d["analyses"]["counted"]["abstention"]["smallest_cell"] = 4

    told = suppress(document(a=small), 11)
    assert told["analyses"]["counted"]["abstention"]["abstained_others"] == {"suppressed": True}


@pytest.mark.parametrize("below", [0, 11])
def test_the_document_given_is_not_changed(below):
    whole = document()
    before = copy.deepcopy(whole)
    suppress(whole, below)
    assert whole == before


def ends(*rows):
    return [
        {"id": name, "n": n, "cases": cases, "others": n - cases}
        for name, (n, cases) in zip(("positive", "negative", "abstained"), rows, strict=True)
    ]


def test_the_difference_from_a_total_gives_nothing_back_in_the_flow():
    """125 cases in all, 100 and 20 at two ends: the five of the third could be counted."""
    found = document()
    found["flow"][3:] = ends((300, 100), (400, 5), (60, 20))
    told = suppress(found, 11)["flow"]
    assert [end["cases"] for end in told if "cases" in end] == [100, None, None]
    found["flow"][3:] = ends((300, 100), (400, 50), (6, 3))
    told = suppress(found, 11)["flow"]
    assert [end["n"] for end in told if "cases" in end] == [None, 400, None]


def test_the_difference_gives_nothing_back_in_bars_bands_sides_and_reasons():
    found = document()
    counted = found["analyses"]["counted"]
    counted["calibration"]["histogram"]["counts"] = [100, 40, 4, 30]
    counted["bands"] = [
        {"band": b, "n": n, "cases": c, "others": n - c, "smallest_cell": c,
         "incidence": dict(ESTIMATE)}
        for b, n, c in (("low", 300, 3), ("intermediate", 200, 30), ("high", 100, 40))
    ]  # fmt: skip
    counted["abstention"]["reasons"] = {"a": 5, "b": 20, "c": 90}
    found["participants"][0]["cases"] |= {
        "known": 55, "lacking": 5, "yes": 30, "no": 25, "mean": 30 / 55, "sd": 0.5,
    }  # fmt: skip
    gone = dict.fromkeys(("known", "lacking", "yes", "no"))
    told = suppress(found, 11)
    counted = told["analyses"]["counted"]
    assert counted["calibration"]["histogram"]["counts"] == [100, 40, None, None]
    assert [band["cases"] for band in counted["bands"]] == [None, 30, None]
    assert counted["bands"][2]["incidence"] == {"suppressed": True}
    assert counted["abstention"]["reasons"] == {"c": 90, "other": 25}
    row = told["participants"][0]
    assert row["others"] == {"n": 80, **gone, "mean": 0.5}
    assert row["cases"] == {"n": 60, **gone, "mean": 0.545}
    found["participants"][0]["cases"]["yes"] = 3
    row = suppress(found, 11)["participants"][0]
    assert (row["cases"], row["others"]) == ({"n": 60, "known": None}, {"n": 80, "known": None})


@pytest.mark.parametrize(("n", "cases", "said"), [(600, 5, None), (600, 596, None), (600, 50, 50)])
def test_few_cases_or_few_others_in_all_are_hidden(n, cases, said):
    found = document()
    found["analyses"]["counted"] |= {"n": n, "cases": cases, "others": n - cases}
    found["sample_size"] = {"n": n, "cases": cases, "others": n - cases}
    found["verification"] = {"verified": n - 3, "others": 3, "n": n}
    told = suppress(found, 11)
    assert told["analyses"]["counted"]["cases"] == said
    assert told["sample_size"]["cases"] == said
    assert told["verification"]["verified"] is None


@pytest.mark.parametrize("small", ["index", "age"])
def test_a_difference_does_not_give_a_hidden_table_back(small):
    def two(d):
        tables = d["analyses"]["counted"]["threshold"]
        tables["age"] = copy.deepcopy(tables["index"])
        tables["age"]["paired"] = {"sensitivity": {"difference": dict(ESTIMATE)}}
        tables[small]["counts"]["tp"] = 3
        d["endpoints"][0].update(statistic="sensitivity", against="age")

    told = suppress(document(a=two), 11)
    assert told["endpoints"][0]["result"] == {"suppressed": True}
    paired = told["analyses"]["counted"]["threshold"]["age"]["paired"]
    assert paired["sensitivity"]["difference"] == {"suppressed": True}


def test_two_cut_offs_of_a_decision_curve_do_not_tell_of_few_between_them():
    """Two cases lie between 0.1 and 0.15: they are the difference of its two tables."""
    steps = {0.1: (40, 60), 0.15: (38, 45), 0.2: (28, 45), 0.25: (20, 45), 0.3: (16, 30)}

    def curve(d):
        d["analyses"]["counted"]["benefit"] = [
            {
                "threshold": t,
                "smallest_cell": 15,
                "positive": {"tp": tp, "fp": fp},
                "index": dict(ESTIMATE),
            }
            for t, (tp, fp) in steps.items()
        ]

    def shown(**more):
        rows = suppress(document(a=curve, **more), 11)["analyses"]["counted"]["benefit"]
        assert not any("positive" in row for row in rows)
        return [row["threshold"] for row in rows if row["index"] == ESTIMATE]

    def no_frozen(d):
        d["analyses"]["counted"]["threshold"]["index"]["counts"]["fn"] = 3

    assert shown() == [0.1, 0.25]  # 28 and 16 are close to the 20 cases at the frozen cut-off
    assert shown(b=no_frozen) == [0.1, 0.2, 0.3]


def test_the_digits_of_a_decision_curve_do_not_give_a_small_cell_back():
    def curve(d):
        d["analyses"]["counted"]["benefit"] = [
            {
                "threshold": t,
                "smallest_cell": n,
                "positive": {"tp": 20, "fp": 30},
                "index": dict(ESTIMATE),
                "everybody": ESTIMATE,
            }
            for t, n in ((0.1, 40), (0.2, 3))
        ]
        result = {**ESTIMATE, "threshold": 0.2}
        d["endpoints"][0].update(statistic="net_benefit", result=result)

    told = suppress(document(a=curve), 11)
    hidden = {"suppressed": True}
    assert told["analyses"]["counted"]["benefit"] == [
        {"threshold": 0.1, "index": ESTIMATE, "everybody": ESTIMATE},
        {"threshold": 0.2, "index": hidden, "everybody": hidden},
    ]
    assert told["endpoints"][0]["result"] == hidden
    shown = suppress(document(a=curve), 0)["analyses"]["counted"]["benefit"]
    assert all("smallest_cell" not in row and row["index"] == ESTIMATE for row in shown)
