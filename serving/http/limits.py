"""How often somebody may ask: a bucket of requests that fills again, for every caller of a process.

Who guesses tokens is slowed down sooner: refused sign-ins are counted by the address they come
from. That may be a proxy's, so who is signed in already goes on. Each process of the service counts
for itself, so that no request waits for another's count.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from time import monotonic
from typing import Final

from fastapi import Request

from ...engine.errors import ScreeningError

_MINUTE_S: Final = 60.0
_MOST_CALLERS: Final = 20_000
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
    clock : seconds, for tests
    """

    per_minute: int
    clock: Callable[[], float] = monotonic
    _left: dict[str, tuple[float, float]] = field(default_factory=dict)

    def take(self, who: str) -> bool:
        """Take one request of a caller; False where none is left."""
        left = self.left(who)
        if left < 1.0:
            return False
        if len(self._left) >= _MOST_CALLERS and who not in self._left:
            self._left.clear()
        self._left[who] = (left - 1.0, self.clock())
        return True

    def left(self, who: str) -> float:
        """Return how many requests a caller still has."""
        if self.per_minute == 0:
            return float("inf")
        had, at = self._left.get(who, (float(self.per_minute), self.clock()))
        filled = (self.clock() - at) * self.per_minute / _MINUTE_S
        return min(float(self.per_minute), had + filled)


class Limits:
    """The limits of one process.

    Parameters
    ----------
    requests_per_minute : of one caller
    refusals_per_minute : sign-ins that may fail from one address
    """

    def __init__(self, requests_per_minute: int, refusals_per_minute: int) -> None:
        self._asked, self._refused = Bucket(requests_per_minute), Bucket(refusals_per_minute)
        self._signed_in: set[str] = set()

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
        if (is_guessed_at and caller not in self._signed_in) or not self._asked.take(caller):
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
            self._signed_in.discard(caller)
        elif getattr(request.state, "is_known", False):
            if len(self._signed_in) >= _MOST_CALLERS:
                self._signed_in.clear()
            self._signed_in.add(caller)


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def _caller(request: Request) -> str:
    """Return what names a caller without keeping a token: its hash, or the address."""
    said = request.headers.get("authorization") or request.cookies.get(_SESSION)
    if not said or request.url.path == _SIGN_IN:
        return _address(request)
    return hashlib.sha256(said.encode("utf-8", "replace")).hexdigest()
