"""The time of an act: always passed in, always with its zone, always written in UTC."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Final

from ..engine.errors import AuditError

Clock = Callable[[], datetime]
_FURTHEST_AHEAD_H: Final = 14


def utc_now() -> datetime:
    """Return the time of this machine; the one clock of the programs that are really used."""
    return datetime.now(UTC)


def latest_day(clock: Clock) -> date:
    """Return the latest calendar day that has begun anywhere on earth.

    A date without a zone lies in the future only where it has begun nowhere: a table of Auckland is
    not refused in Paris.

    Parameters
    ----------
    clock : as in `read_clock`

    Source: the zone furthest ahead, UTC+14 (Line Islands), IANA time zone database.
    """
    return read_clock(clock).astimezone(timezone(timedelta(hours=_FURTHEST_AHEAD_H))).date()


def local_day(clock: Clock) -> date:
    """Return the calendar day of this machine, in its own zone.

    Parameters
    ----------
    clock : as in `read_clock`
    """
    return read_clock(clock).astimezone().date()


def read_clock(clock: Clock) -> datetime:
    """Read a clock and refuse a time without a zone.

    Parameters
    ----------
    clock : a function that returns an aware time; it is called inside the transaction, so that acts
        waiting for each other do not look like a clock that runs backwards

    Raises
    ------
    AuditError : the clock has no time zone, so its times can't be put in order
    """
    now = clock()
    if now.utcoffset() is None:
        raise AuditError(
            found="the clock gives a time without a zone",
            why="an act can't be dated with it (summer time would make two acts look simultaneous)",
            remedy="pass a clock that returns aware times, e.g. laennec.serving.clock.utc_now",
            path="clock",
        )
    return now.astimezone(UTC)


def as_text(moment: datetime) -> str:
    """Write an aware time as UTC with microseconds, so that text order is time order."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
