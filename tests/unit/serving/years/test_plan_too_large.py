"""An HbA1c that is too large for its unit, or a word for one, is called as the largest one is."""

import pytest
from years_support import batch_result, planned

HEAD = "person_id,visit_date,birth_date,sex,height_cm,weight_kg,hba1c_percent,known_diabetes"
BODY = "1980-01-01,male,175,72"


@pytest.mark.parametrize("value", ["20", "21", "22", "HIGH"])
def test_a_plan_calls_who_has_such_an_hba1c_now_or_before(tmp_path, value):
    """Pinned: 21 % and 22 % were low risks of 5.8 in 1000, and 20 % was called."""
    lines = [
        HEAD,
        f"now,2026-11-20,{BODY},{value},false",
        f"before,2026-08-20,{BODY},{value},false",
    ]
    lines.append(f"before,2026-11-20,{BODY},,false")
    _, calls, _ = planned(batch_result(tmp_path, lines), tmp_path / "plan")
    assert {c["person_id"]: (c["urgency"], c["earlier_sign"]) for c in calls} == {
        "now": ("U1", ""),
        "before": ("U3", "value_waits"),
    }
