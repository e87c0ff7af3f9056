"""serving/clock.py: a day is in the future only where it has begun nowhere on earth."""

from datetime import UTC, date, datetime

import pytest
from laennec.serving.clock import latest_day


@pytest.mark.parametrize(
    ("hour", "minute", "day"), [(9, 59, date(2026, 11, 3)), (10, 0, date(2026, 11, 4))]
)
def test_the_latest_day_is_that_of_the_line_islands(hour, minute, day):
    assert latest_day(lambda: datetime(2026, 11, 3, hour, minute, tzinfo=UTC)) == day
