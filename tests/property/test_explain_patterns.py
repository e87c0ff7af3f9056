"""Records are grouped by what they miss: each once, with its own pattern."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from laennec.engine.explain.patterns import same_pattern


@given(arrays(bool, st.tuples(st.integers(0, 30), st.integers(1, 12))))
def test_every_record_is_in_the_group_of_its_own_pattern(mask):
    seen = np.zeros(len(mask), int)
    patterns = []
    for pattern, rows in same_pattern(mask):
        assert (mask[rows] == pattern).all()
        seen[rows] += 1
        patterns.append(pattern.tobytes())
    assert (seen == 1).all()
    assert len(patterns) == len(set(patterns)) == len(np.unique(mask, axis=0))
