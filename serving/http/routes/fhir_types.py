"""Which FHIR, in which form, is read and answered: R4 as JSON, and nothing else in its name."""

from collections.abc import Iterator
from typing import Final

from ....engine.errors import ScreeningError
from ..problems import MediaTypeNotTaken

VERSION: Final = "4.0"
_VERSION_NAME: Final = "fhirversion"
_REMEDY: Final = f"Send FHIR R4, fhirVersion={VERSION}; another version may mean something else"


class NotAcceptable(ScreeningError):
    """An answer is asked for in a form that the route does not have."""

    code = "answer_not_acceptable"


def require_version(content_type: str) -> None:
    """Refuse a body that says that it is of another version of FHIR.

    Parameters
    ----------
    content_type : header of the request

    Raises
    ------
    MediaTypeNotTaken : fhirVersion names another one than R4
    """
    _, *parameters = _parts(content_type)
    if not _is_r4(parameters):
        raise MediaTypeNotTaken(content_type.strip().lower(), _REMEDY)


def require_acceptable(accept: str, given: str) -> None:
    """Refuse a request that takes no form in which the route answers.

    Parameters
    ----------
    accept : header of the request; empty takes everything
    given : the type of every answer, which application/json means too

    Raises
    ------
    NotAcceptable : another form, or another version of FHIR, is asked for
    """
    taken = {given, "application/json", "application/*", "*/*", "json"}
    asked = [_parts(one) for one in accept.split(",") if one.strip()]
    if asked and not any(kind in taken and _is_r4(rest) for kind, *rest in asked):
        raise NotAcceptable(
            found="an answer in a form that is not given here",
            why=f"answers are {given} of FHIR R4",
            remedy=f"Ask with Accept: {given}",
            path="accept",
        )


def _parts(value: str) -> list[str]:
    return [part.strip().lower() for part in value.split(";")]


def _is_r4(parameters: list[str]) -> bool:
    return all(version in (VERSION, f"{VERSION}.1") for version in _versions(parameters))


def _versions(parameters: list[str]) -> Iterator[str]:
    for one in parameters:
        name, _, value = one.partition("=")
        if name.strip() == _VERSION_NAME:
            yield value.strip().strip('"')
