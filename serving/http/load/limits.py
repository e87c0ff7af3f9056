"""How often somebody may ask: a bucket of requests that fills again, for every caller.

Who guesses tokens is slowed down sooner: refused sign-ins are counted by the address they come
from. That may be a proxy's, so who is signed in already goes on. The processes of a service count
together, in memory that they share.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic
from typing import Final

from fastapi import Request

from ....engine.errors import ScreeningError
from .shared_rows import SharedRows

_MINUTE_S: Final = 60.0
_OPEN: Final = frozenset({"/health", "/ready", "/metrics"})
_REFUSED: Final = 401
_SESSION: Final = "laennec_session"
_SIGN_IN: Final = "/review/sign-in"


class TooManyRequests(ScreeningError):
    """Somebody asks more often than the site lets one caller ask."""

    code = "too_many_requests"


@dataclass(slots=True)
class Bucket:
    """So many requests a minute, and as many at once.

    Parameters
    ----------
    per_minute : 0 for no limit
    clock : seconds, the same for every process of this machine
    rows : what each caller has left, for every process
    """

    per_minute: int
    clock: Callable[[], float] = monotonic
    rows: SharedRows = field(default_factory=SharedRows)

    def take(self, who: str) -> bool:
        """Take one request of a caller; False where none is left."""
        with self.rows.locked():
            left = self._left(who)
            if left >= 1.0:
                self.rows.put(who, (left - 1.0, self.clock()))
        return left >= 1.0

    def left(self, who: str) -> float:
        """Return how many requests a caller still has."""
        with self.rows.locked():
            return self._left(who)

    def _left(self, who: str) -> float:
        if self.per_minute == 0:
            return float("inf")
        had, at = self.rows.get(who) or (float(self.per_minute), self.clock())
        filled = (self.clock() - at) * self.per_minute / _MINUTE_S
        return min(float(self.per_minute), had + filled)


class LimitCounts:
    """What the limits count: made once, before the processes of a service are forked."""

    def __init__(self) -> None:
        self.asked, self.refused, self.signed_in = SharedRows(), SharedRows(), SharedRows()


class Limits:
    """The limits of one service, whatever number of processes it has.

    Parameters
    ----------
    requests_per_minute : of one caller
    refusals_per_minute : sign-ins that may fail from one address
    counts : memory that the processes share; of its own where None
    """

    def __init__(
        self,
        requests_per_minute: int,
        refusals_per_minute: int,
        counts: LimitCounts | None = None,
    ) -> None:
        shared = counts or LimitCounts()
        self._asked = Bucket(requests_per_minute, rows=shared.asked)
        self._refused = Bucket(refusals_per_minute, rows=shared.refused)
        self._signed_in = shared.signed_in

    def check(self, request: Request) -> None:
        """Refuse a request of a caller who has none left; what watches the service is not counted.

        Raises
        ------
        TooManyRequests : try again in a while
        """
        if request.url.path in _OPEN:
            return
        caller = _caller(request)
        is_guessed_at = self._refused.left(_address(request)) < 1.0
        if (is_guessed_at and not self._is_known(caller)) or not self._asked.take(caller):
            raise TooManyRequests(
                found="more requests than one caller may send in a minute",
                why="one caller could keep the service from every other",
                remedy="Wait a few seconds; the site sets the limit "
                "(LAENNEC_HTTP_REQUESTS_PER_MINUTE)",
                path="rate",
            )

    def note(self, request: Request, status: int) -> None:
        """Count an answer that refused to sign somebody in; remember whose token was good."""
        caller = _caller(request)
        if status == _REFUSED:
            self._refused.take(_address(request))
            self._remember(caller, is_known=False)
        elif getattr(request.state, "is_known", False):
            self._remember(caller, is_known=True)

    def _is_known(self, caller: str) -> bool:
        with self._signed_in.locked():
            row = self._signed_in.get(caller)
        return row is not None and row[0] > 0

    def _remember(self, caller: str, *, is_known: bool) -> None:
        if is_known != self._is_known(caller):
            with self._signed_in.locked():
                self._signed_in.put(caller, (float(is_known), monotonic()))


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def _caller(request: Request) -> str:
    """Return what names a caller without keeping a token: its hash, or the address."""
    said = request.headers.get("authorization") or request.cookies.get(_SESSION)
    if not said or request.url.path == _SIGN_IN:
        return _address(request)
    return hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()
