"""Who opens: the identity token of a launch, checked part by part; each fault has its words."""

from collections.abc import Mapping
from typing import Any, Final

from joserfc import jwt
from joserfc.errors import JoseError

from ...engine.errors import DataError
from ..http.sign_in.claims import LEEWAY_S, is_time
from ..http.sign_in.key_sets import IssuerUnavailable, KeySource
from ..site_rows import IssuerRow
from .refusals import LaunchRefused, Step

_MOST_TOKEN: Final = 16_384


def fhir_user_of(
    token: object, provider: IssuerRow, keys: KeySource, asked: tuple[str, int]
) -> str:
    """Return the ``fhirUser`` of an identity token.

    Parameters
    ----------
    token : the ``id_token`` that came with the access token
    provider : whose token it must be, and for which client
    keys : of the provider
    asked : the nonce of the launch, and the time now in seconds since 1970

    Raises
    ------
    LaunchRefused : no token, another signature, issuer, audience or launch, ended, or of nobody
    """
    if not isinstance(token, str) or not token:
        raise LaunchRefused(Step.NO_IDENTITY)
    claims = _signed(token, provider, keys)
    nonce, now = asked
    faults = {
        Step.ISSUER: claims.get("iss") != provider.issuer,
        Step.AUDIENCE: not _is_for(claims, provider.audience),
        Step.NONCE: claims.get("nonce") != nonce,
        Step.TIMES: not _holds_now(claims, now),
    }
    wrong = next((step for step, is_wrong in faults.items() if is_wrong), None)
    if wrong is not None:
        raise LaunchRefused(wrong)
    said = claims.get("fhirUser")
    if not isinstance(said, str) or not said:
        raise LaunchRefused(Step.NO_USER)
    return said


def _signed(token: str, provider: IssuerRow, keys: KeySource) -> Mapping[str, Any]:
    if len(token) > _MOST_TOKEN:
        raise LaunchRefused(Step.SIGNATURE)
    try:
        return jwt.decode(token, keys.of_token(token), list(provider.algorithms)).claims
    except (JoseError, ValueError, TypeError, KeyError, RecursionError):
        raise LaunchRefused(Step.SIGNATURE) from None
    except IssuerUnavailable:
        raise LaunchRefused(Step.UNREACHABLE) from None
    except DataError:
        raise LaunchRefused(Step.CONFIGURATION) from None


def _is_for(claims: Mapping[str, Any], client: str) -> bool:
    """Say whether a token is for this client: of several audiences it is the one that asked."""
    said = claims.get("aud")
    audiences = said if isinstance(said, list) else [said]
    party = claims.get("azp", client if len(audiences) == 1 else None)
    return client in audiences and party == client


def _holds_now(claims: Mapping[str, Any], now: float) -> bool:
    ends, begun = claims.get("exp"), claims.get("iat")
    begins = claims.get("nbf", begun)
    if not (is_time(ends) and is_time(begun) and is_time(begins)):
        return False
    latest = now + LEEWAY_S
    return bool(ends > now - LEEWAY_S and begun <= latest and begins <= latest)  # type: ignore[operator]  # numbers, as checked above
