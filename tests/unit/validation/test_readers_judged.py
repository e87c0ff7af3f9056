"""Reader studies: what aided and unaided readings say of each other, and how surely."""

import numpy as np
import pytest
from laennec.validation.readers.analyse import analyse
from laennec.validation.readers.answers import ANSWERS
from laennec.validation.readers.cases import Case
from laennec.validation.readers.intervals import difference, obuchowski_rockette
from laennec.validation.readers.plan import make_plan, plan_sha256

BANDS = ("low", "high", "intermediate")
CASES = tuple(
    Case(f"v{i}", {"fr": (), "en": ()}, BANDS[i % 3], 0.01 + i / 100, int(i % 2 == 1))
    for i in range(40)
)
PLAN = make_plan(CASES, ("anna", "ben", "carl"), seed=7, wrong_share=0.4)


def judged(decide, only=lambda t: True, more=lambda t: {}):
    given = [
        {"task": t["id"], "refer": bool(decide(t)), "seconds": 9.0, **more(t)}
        for t in PLAN["tasks"]
        if only(t)
    ]
    return analyse(PLAN, [{"schema": ANSWERS, "plan": plan_sha256(PLAN), "answers": given}])


def truth(task):
    return PLAN["cases"][task["case"]]["truth"] == 1


def estimates(value, path=""):
    """Everything that is an estimate, or says why it is none, in a document."""
    if isinstance(value, dict):
        if "value" in value or "not_estimable" in value:
            yield path, value
            return
        for key, inside in value.items():
            yield from estimates(inside, f"{path}/{key}")
    elif isinstance(value, list):
        for i, inside in enumerate(value):
            yield from estimates(inside, f"{path}/{i}")


def noisy(seed):
    rng = np.random.default_rng(seed)
    return lambda t: truth(t) if rng.random() < 0.8 else not truth(t)


@pytest.mark.parametrize("decide", [lambda t: True, truth, noisy(1)])
def test_no_estimate_is_printed_as_certain(decide):
    """Three of three readings gave 1.0 with the interval 1.0 to 1.0."""
    found = dict(estimates(judged(decide)))
    assert len(found) > 20
    for path, e in found.items():
        assert e["method"], path
        if "not_estimable" not in e:
            assert e["n"] > 0, path
            assert e["ci_low"] <= e["value"] <= e["ci_high"], path
            assert e["ci_low"] < e["ci_high"], path


def test_all_alike_has_the_interval_of_the_cases_and_not_of_the_readings():
    bias = judged(lambda t: t["shown_band"] == "high")["automation_bias"]
    followed = bias["followed_the_wrong_output"]
    cases = bias["turned_readings"] // 3
    assert followed["value"] == 1
    assert followed["ci_low"] == pytest.approx(0.025 ** (1 / cases))
    assert followed["method"] == "every reading alike: Clopper-Pearson of cases"


def test_aided_accuracy_is_told_with_and_without_the_outputs_made_wrong_on_purpose():
    def follow(t):
        return truth(t) if t["arm"] == "unaided" else truth(t) != t["is_wrong"]

    found = judged(follow)
    aided = found["arms"]["aided"]
    assert aided["readings_of_a_wrong_output"] == 3 * found["turned_cases"] > 0
    assert aided["sensitivity"]["all_cases"]["value"] < 1
    assert aided["sensitivity"]["without_turned_cases"]["value"] == 1
    unaided = found["arms"]["unaided"]
    assert unaided["readings_of_a_wrong_output"] == 0
    gap = found["aided_minus_unaided"]["sensitivity"]
    assert gap["all_cases"]["these_readers"]["ci_high"] < 0
    assert gap["without_turned_cases"]["these_readers"]["not_estimable"] == "no_spread"


def test_what_was_read_and_when_is_told_of_every_session():
    def moment(t):
        day = 1 if t["session"] == 1 else 29
        return {"answered_at": f"2026-03-{day:02}T09:{t['position']:02}:00.000Z", "displays": 2}

    ben = PLAN["readers"]["ben"]
    found = judged(truth, lambda t: t["reader"] != ben or t["session"] == 1, moment)
    assert (found["state"], found["planned"], found["read"]) == ("partial", 240, 200)
    by_reader = {r["reader"]: r for r in found["reading"]}
    assert by_reader[ben]["washout_days"] is None
    assert [s["read"] for s in by_reader[ben]["sessions"]] == [40, 0]
    other = by_reader[PLAN["readers"]["anna"]]
    assert other["washout_days"] == pytest.approx(28, abs=0.1)
    assert other["sessions"][0]["first"] == "2026-03-01T09:01:00+00:00"
    assert other["sessions"][0]["interrupted"] == 40
    assert found["arms"]["aided"]["seconds_median"]["not_estimable"] == "nobody", (
        "a case that was on display before has no time of reading"
    )
    assert judged(truth)["reading"][0]["sessions"][0]["undated"] == 40


def test_the_difference_pairs_readings_of_one_reader_and_case():
    """Readings of one arm only say nothing of a difference."""
    ben = PLAN["readers"]["ben"]
    whole, lacking = (
        judged(noisy(3), only)["aided_minus_unaided"]["specificity"]["all_cases"]
        for only in (lambda t: True, lambda t: t["reader"] != ben or t["arm"] == "aided")
    )
    assert whole["these_readers"]["n"] == 60
    assert lacking["these_readers"]["n"] == 40


def crossed(rng, readers, cases, gap):
    """Readings with a part of the case, of the reader, and of the reader in an arm."""
    case, reader = rng.normal(0, 1, cases), rng.normal(0, 0.3, readers)
    arm = rng.normal(0, 0.3, (2, readers))
    arm[0] += gap
    base = case[None, None] + reader[None, :, None] + arm[:, :, None]
    return base + rng.normal(0, 1, (2, readers, cases))


def test_intervals_of_readers_and_cases_cover_what_other_readers_would_show():
    rng, readers, cases, gap = np.random.default_rng(5), 5, 30, 0.2
    reader = np.repeat(np.arange(readers), cases)
    case = np.tile(np.arange(cases), readers)
    hits, wide = [], []
    for _ in range(300):
        pairs = crossed(rng, readers, cases, gap).reshape(2, -1)
        found = obuchowski_rockette(pairs, reader, case)
        hits.append(found.ci_low <= gap <= found.ci_high)
        wide.append(found.ci_high - found.ci_low)
    assert 0.92 <= np.mean(hits) <= 0.99
    assert np.mean(wide) < 1.2


def test_no_difference_between_the_arms_is_0():
    """One reader gains what two others lose: it was printed as -3.7e-17."""
    reader, case = np.repeat(np.arange(3), 30), np.tile(np.arange(30), 3)
    pairs = np.zeros((2, 90))
    pairs[0, :3] = pairs[1, 30:32] = pairs[1, 60] = 1
    assert obuchowski_rockette(pairs, reader, case).value == 0


def test_one_reader_is_no_sample_of_readers():
    c = {
        "reader": np.array(["a"] * 8),
        "case": np.repeat(np.arange(4), 2),
        "aided": np.array([True, False] * 4),
    }
    values = np.array([1.0, 0, 1, 1, 0, 0, 1, 0])
    found = difference(values, np.ones(8, dtype=bool), c)
    assert found["any_readers"].code == "too_few"
    assert found["these_readers"].value == 0.5
