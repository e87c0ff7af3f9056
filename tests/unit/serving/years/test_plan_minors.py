"""Under 18 nobody is called for a screening of adults, and nothing that is urgent is lost."""

from collections import Counter
from datetime import date

import pytest
from years_support import batch_result, planned

TODAY = date(2026, 11, 30)
EACH = 12
BORN, CALM = "2009-06-01", ("120", "75", "", "")
HEAD = (
    "person_id,visit_date,birth_date,sex,waist_cm,height_cm,weight_kg,systolic_bp_mmhg,"
    "diastolic_bp_mmhg,fasting_glucose_g_per_l,known_diabetes"
)
VISITS = {
    "calm": (("2026-10-01", CALM),),
    "raised": (("2026-10-01", ("142", "92", "", "")),),
    "below": (("2026-10-01", ("120", "75", "0.90", "")),),
    "known": (("2026-10-01", ("120", "75", "", "yes")),),
    "pressure": (("2026-10-01", ("240", "135", "", "")),),
    "low_glucose": (("2026-10-01", ("120", "75", "0.40", "")),),
    "in_range": (("2026-10-01", ("120", "75", "1.40", "")),),
    "pressure_before": (("2026-09-25", ("240", "135", "", "")), ("2026-10-01", CALM)),
    "in_range_before": (("2025-10-01", ("120", "75", "1.40", "")), ("2026-10-01", CALM)),
    "waits_before": (("2025-10-01", ("120", "75", "6.50", "")), ("2026-10-01", CALM)),
    "known_before": (("2025-10-01", ("120", "75", "", "yes")), ("2026-10-01", CALM)),
}


@pytest.fixture(scope="module")
def plan(tmp_path_factory):
    folder = tmp_path_factory.mktemp("minors")
    lines = [HEAD]
    for name, visits in VISITS.items():
        for i in range(EACH):
            lines += [
                f"{name}-{i},{day},{BORN},male,80,175,65,{','.join(said)}" for day, said in visits
            ]
    lines += [f"adult-{i},2022-10-01,1980-01-01,male,80,175,65,120,75,," for i in range(EACH)]
    out = folder / "plan"
    told, calls, _ = planned(batch_result(folder, lines), out, on=TODAY)
    return told, calls, (out / "plan.html").read_text(encoding="utf-8")


def test_who_is_called_and_why(plan):
    """Pinned: every minor was called at once, as if something were missing."""
    _, calls, _ = plan
    found = Counter((r["person_id"].partition("-")[0], r["urgency"], r["band"]) for r in calls)
    assert found == dict.fromkeys(
        [
            ("pressure", "U0", "not_screened"),
            ("low_glucose", "U0", "not_screened"),
            ("in_range", "U2", "not_screened"),
            ("pressure_before", "U0", "not_screened"),
            ("in_range_before", "", "earlier_sign"),
            ("waits_before", "", "earlier_sign"),
            ("known_before", "", "earlier_sign"),
            ("adult", "U3", "low"),
        ],
        EACH,
    )


def test_the_counts_and_the_page_say_how_many_are_left_out_as_minors(plan):
    told, _, page = plan
    assert told["counts"]["left_out"]["minor"] == 4 * EACH
    assert told["counts"]["band"]["not_assessable"] == 0
    assert "under 18 years" in page
