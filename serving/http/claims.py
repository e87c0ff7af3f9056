"""What a signed token must say: for whom, from when until when, and under which number."""

from collections.abc import Mapping
from typing import Any, Final

from ..site import IssuerRow

LEEWAY_S: Final = 30
_MINUTE_S: Final = 60


def wrong_claim(claims: Mapping[str, Any], row: IssuerRow, now: float) -> str:
    """Return what is wrong with the claims of a signed token, in words; empty where nothing is.

    Parameters
    ----------
    claims : of a token whose signature holds
    row : of its issuer
    now : seconds since 1970
    """
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    times = [claims.get(name) for name in ("exp", "iat", "nbf")]
    if claims.get("iss") != row.issuer:
        return "another issuer"
    if row.audience not in audiences:
        return "another audience"
    if not number_of(claims, row):
        return "no number of its own (jti)"
    if any(isinstance(t, bool) or not isinstance(t, int | float) for t in times[:2]):
        return "no times (exp, iat)"
    return _wrong_time(float(times[0]), float(times[1]), times[2], (row, now))  # type: ignore[arg-type]  # as checked above


def number_of(claims: Mapping[str, Any], row: IssuerRow) -> str:
    """Return what names a token: its ``jti``; of a provider's sign-in without one, its nonce."""
    said = claims.get("jti")
    if said is None and row.authorization_url and not row.once:
        said = claims.get("nonce")
    return said if isinstance(said, str) else ""


def _wrong_time(
    ends: float, begun: float, not_before: object, asked: tuple[IssuerRow, float]
) -> str:
    row, now = asked
    if not ends > now - LEEWAY_S:
        return "an end that has passed"
    if not begun <= now + LEEWAY_S:
        return "a beginning in the future"
    if not ends - begun <= row.max_minutes * _MINUTE_S:
        return f"a life of more than {row.max_minutes} minutes"
    if isinstance(not_before, int | float) and not_before > now + LEEWAY_S:
        return "a beginning in the future"
    return ""
