"""Where the union of clipped or scaled terms may bend."""

import numpy as np
import pytest
from fuzzy_texts import LOW, ONE, OUTPUT, system
from laennec.engine.fuzzy.breakpoints import plan_breakpoints

WIDE = OUTPUT.replace("[20, 60]", "[60, 80]")
BOTH = system(ONE, LOW, implication="scale", output=WIDE)


@pytest.mark.parametrize("tiny", [5e-324, 1.59e-312, 2.3e-308])
def test_a_subnormal_firing_strength_gives_points_inside_the_universe(tiny):
    """An edge of height 1e-312 meets a top of height 1 beyond the largest float."""
    plan = plan_breakpoints(BOTH)
    levels = np.ones((2, len(BOTH.output.terms)))
    levels[0, plan.used[0]] = tiny
    levels[1, plan.used[1]] = tiny
    points = plan.points(levels, 0.0, 100.0)
    assert ((points >= 0.0) & (points <= 100.0)).all()
    assert plan.points(np.ones_like(levels), 0.0, 100.0).shape == points.shape
