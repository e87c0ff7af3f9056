"""What moved, in words: an alarm is as grave as the gravest of the places it is found at."""

import pytest
from laennec.serving.years.drift.chart import Line, lines
from laennec.serving.years.drift.wording import alarm_lines, words

EVERYBODY = {"measure": "risk", "name": "t2d_undiagnosed", "by": "", "group": "", "release": "r"}
MONTHS = ("2026-05", "2026-06")


def alarm(place, month, level):
    return {**place, "month": month, "level": level, "direction": ""}


def document(*alarms):
    places = {(a["by"], a["group"]): a for a in alarms}
    series = [
        {**a, "reference": [], "points": [{"month": m, "n": 90, "state": "watch"} for m in MONTHS]}
        for a in places.values()
    ]
    return {"series": series, "alarms": list(alarms), "releases": []}


def at(site):
    return {**EVERYBODY, "by": "site", "group": site}


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_a_site_that_asks_for_an_act_makes_the_whole_an_act(lang):
    told = alarm_lines(
        document(
            alarm(EVERYBODY, "2026-06", "watch"),
            alarm(at("Nord"), "2026-06", "watch"),
            alarm(at("Sud"), "2026-06", "act"),
        ),
        words(lang),
    )
    assert [one["level"] for one in told] == ["act"]
    assert told[0]["level_text"] == words(lang).text("drift.level.act")
    assert f"Sud [{words(lang).text('drift.level.act')}]" in told[0]["carried"]
    assert "Nord [" not in told[0]["carried"]


def test_a_place_of_an_earlier_month_counts_too():
    told = alarm_lines(
        document(
            alarm(EVERYBODY, "2026-06", "watch"),
            alarm(EVERYBODY, "2026-05", "watch"),
            alarm(at("Sud"), "2026-05", "act"),
        ),
        words("en"),
    )
    assert [(one["level"], one["month"]) for one in told] == [("act", "2026-05, 2026-06")]


def test_a_watch_stays_a_watch():
    told = alarm_lines(
        document(alarm(EVERYBODY, "2026-06", "watch"), alarm(at("Sud"), "2026-06", "watch")),
        words("en"),
    )
    assert [one["level"] for one in told] == ["watch"]
    assert told[0]["carried"].endswith("site Sud.")


def test_an_axis_of_shares_ends_at_all_of_them():
    drawing = lines(MONTHS, [Line("all", {"2026-05": 0.5, "2026-06": 1.0})], {}, title="t",
                    percent=True)  # fmt: skip
    assert "100 %" in drawing
    assert "108 %" not in drawing


LIMITS = {
    "psi.act": {"value": 0.25},
    "psi.watch": {"value": 0.1},
    "share.act_odds_ratio": {"value": 2.0},
}


@pytest.mark.parametrize(
    ("measure", "level", "lang", "said"),
    [
        ("input", "act", "en", "index of 0.25 or more; the size is hidden, as with it 1 to 10"),
        ("risk", "watch", "fr", "indice d'au moins 0,1 ; l'ampleur est masquée, car elle"),
        ("missing", "act", "en", "odds changed by a factor of 2 or more; the size is hidden"),
    ],
)
def test_an_alarm_of_which_the_size_is_hidden_says_why_and_above_what_it_is(
    measure, level, lang, said
):
    """Pinned: a line that asked for an act said "hidden", and nothing else."""
    moved = document(alarm({**at("Metz"), "measure": measure, "name": "waist"}, "2026-06", level))
    for point in ({"n": 300, "value": "hidden"}, {"n": "<11"}):
        moved["series"][0]["points"] = [{"month": "2026-06", "state": level, **point}]
        (line,) = alarm_lines({**moved, "limits": LIMITS}, words(lang))
        assert line["value"].startswith(said)
