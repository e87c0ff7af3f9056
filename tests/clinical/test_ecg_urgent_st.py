"""H1: where ST is raised, by lead, sex and age, and where the criterion says nothing."""

import math

import numpy as np
import pytest
from laennec.engine.ecg.measure.reference import NOBODY, Person
from laennec.engine.ecg.urgent import load_ecg_urgent
from laennec.engine.ecg.urgent.shape import BeatShape
from laennec.engine.ecg.urgent.st import exclusions_of, raised, st_limit_mv

SETTINGS = load_ecg_urgent()
MAN = Person("male", 50.0)
ST = [
    ("II", Person("male", 30.0), 0.10),
    ("V1", Person("female", 30.0), 0.10),
    ("V2", Person("male", 39.0), 0.25),
    ("V2", Person("male", 40.0), 0.20),
    ("V3", Person("female", 39.0), 0.15),
    ("V3", Person("female", 70.0), 0.15),
    ("V3", NOBODY, 0.15),
    ("V2", Person("male", None), 0.20),
    ("V8", Person("male", 39.0), 0.10),
    ("V8", Person("male", 40.0), 0.05),
    ("aVR", MAN, None),
]


@pytest.mark.parametrize(("lead", "person", "limit"), ST)
def test_st_limits_by_lead_sex_and_age(lead, person, limit):
    assert st_limit_mv(lead, person, SETTINGS) == limit


@pytest.mark.parametrize(
    ("up", "territories"),
    [
        (("II", "III"), ("inferior",)),
        (("II", "V2"), ()),
        (("I", "aVL"), ("lateral",)),
        (("aVL", "V6"), ("lateral",)),
        (("V1", "V3"), ()),
        (("V3", "V4"), ("anterior",)),
        (("V2",), ()),
        (("II", "aVF", "V5", "V6"), ("inferior", "lateral")),
    ],
)
def test_two_neighbouring_leads_make_the_criterion(up, territories):
    leads = ("I", "II", "III", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6")
    st = np.array([0.3 if lead in up else 0.0 for lead in leads])
    found = raised(leads, st, MAN, SETTINGS)
    assert found.territories == territories
    assert set(found.leads) == (set(up) if territories else set())


def test_st_just_below_the_limit_is_not_raised():
    assert raised(("II", "III"), np.array([0.099, 0.3]), MAN, SETTINGS).leads == ()
    assert raised(("II", "III"), np.array([0.100, 0.3]), MAN, SETTINGS).leads == ("II", "III")
    assert raised(("II", "III"), np.array([math.nan, 0.3]), MAN, SETTINGS).leads == ()


LEFT = BeatShape(late_v1_mv=-0.5, late_left_mv=0.3)


@pytest.mark.parametrize(
    ("qrs_ms", "shape", "person", "why"),
    [
        (120.0, LEFT, MAN, ("left_bundle",)),
        (119.0, LEFT, MAN, ()),
        (140.0, BeatShape(late_v1_mv=0.4, late_left_mv=-0.3), MAN, ()),
        (
            math.nan,
            BeatShape(least_qrs_ms=130.0, late_v1_mv=-1, late_left_mv=1),
            MAN,
            ("left_bundle",),
        ),
        (90.0, BeatShape(has_needles=True), MAN, ("pacing",)),
        (90.0, BeatShape(sokolow_lyon_mv=3.5), MAN, ("hypertrophy",)),
        (90.0, BeatShape(sokolow_lyon_mv=3.49), MAN, ()),
        (90.0, BeatShape(sokolow_lyon_mv=4.5), Person("male", 39.0), ()),
        (90.0, BeatShape(sokolow_lyon_mv=4.5), NOBODY, ()),
        (90.0, BeatShape(cornell_mv=2.81), MAN, ("hypertrophy",)),
        (90.0, BeatShape(cornell_mv=2.1), MAN, ()),
        (90.0, BeatShape(cornell_mv=2.1), Person("female", 50.0), ("hypertrophy",)),
        (112.0, BeatShape(slow_onset_ms=44.0), MAN, ("preexcitation",)),
        (104.0, BeatShape(slow_onset_ms=44.0), MAN, ()),
    ],
)
def test_where_the_st_criterion_says_nothing(qrs_ms, shape, person, why):
    assert exclusions_of(qrs_ms, shape, person, SETTINGS) == why
