"""What a signed token must say: for whom, from when until when, and under which number."""

from collections.abc import Mapping
from typing import Any, Final

from ...site_rows import IssuerRow

LEEWAY_S: Final = 30
_MINUTE_S: Final = 60
_YEAR_10000_S: Final = 253_402_300_800


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
    ends, begun, not_before = (claims.get(name) for name in ("exp", "iat", "nbf"))
    if claims.get("iss") != row.issuer:
        return "another issuer"
    if row.audience not in audiences:
        return "another audience"
    if not number_of(claims, row):
        return "no number of its own (jti)"
    if not (is_time(ends) and is_time(begun) and (not_before is None or is_time(not_before))):
        return "no times (exp, iat), or one that is none"
    return _wrong_time(ends, begun, not_before, (row, now))  # type: ignore[arg-type]  # as checked above


def number_of(claims: Mapping[str, Any], row: IssuerRow) -> str:
    """Return what names a token: its ``jti``; of a provider's sign-in without one, its nonce."""
    said = claims.get("jti")
    if said is None and row.has_sign_in and not row.once:
        said = claims.get("nonce")
    return said if isinstance(said, str) else ""


def is_time(value: object) -> bool:
    """Say whether a value is a moment in seconds; NaN and what no clock reaches are none."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and 0 <= value < _YEAR_10000_S  # type: ignore[operator]  # a number by now


def _wrong_time(
    ends: float, begun: float, not_before: float | None, asked: tuple[IssuerRow, float]
) -> str:
    row, now = asked
    if not ends > now - LEEWAY_S:
        return "an end that has passed"
    if not begun <= now + LEEWAY_S:
        return "a beginning in the future"
    if not ends - begun <= row.max_minutes * _MINUTE_S:
        return f"a life of more than {row.max_minutes} minutes"
    if not_before is not None and not_before > now + LEEWAY_S:
        return "a beginning in the future"
    return ""
