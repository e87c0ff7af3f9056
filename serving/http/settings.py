"""The settings of the service, from the environment; a key that is not known is an error."""

import os
import re
from pathlib import Path
from typing import Final, Self

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from ...engine.errors import DataError
from ...engine.intake.document import intake_numbers

PREFIX: Final = "LAENNEC_HTTP_"
_ORIGIN: Final = re.compile(
    r"https://[a-z0-9.-]+(:[0-9]{1,5})?|http://(localhost|127\.0\.0\.1)(:[0-9]{1,5})?"
)
_MOST_VISIT_BYTES: Final = int(intake_numbers()["limits"]["document_bytes"])
"""The engine reads no longer one."""
LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})


def is_origin(text: str) -> bool:
    """Say whether a text is an origin that can be listed: exact, over TLS or of this machine.

    >>> is_origin("https://visits.example.org"), is_origin("*"), is_origin("https://a.org/")
    (True, False, False)
    """
    return _ORIGIN.fullmatch(text) is not None


class HttpSettings(BaseSettings):
    """What the environment says of the service.

    Attributes
    ----------
    host, port, workers : where it listens, in how many processes
    public_names : host names under which it is called, besides the loopback's
    cors_origins : front ends of visit software whose pages may call the API; none by default
    behind_tls : a proxy in front of it speaks TLS; cookies are then sent over TLS only
    max_visit_bytes, max_ecg_bytes : the largest visit and the largest ECG upload
    stop_after_s : how long open requests may still run when the service is stopped
    impression_first : a physician notes an impression of their own before the findings are shown
    shadow : findings are shown to nobody; physicians judge on their own and are compared
    consent_required : who was never asked did not agree to the screening; otherwise only a refusal
    screened_at_once : visits that one process screens at the same time; the others wait their turn
    most_wait_s : seconds that a visit may wait for its turn, 503 beyond; 0 for no limit
    requests_per_minute : of one caller, by all processes together; 0 for no limit
    refusals_per_minute : sign-ins that may fail from one address; 0 for no limit
    guidelines : guideline sets by topic, as ``laennec screen --guidelines``
    models, trust : folders of models and of the site's model keys; the shipped ones where unset
    counts_folder : where the processes keep their counts for ``/metrics``; the command sets it
    """

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="forbid", frozen=True)

    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    workers: int = Field(default=1, ge=1, le=64)
    public_names: tuple[str, ...] = ()
    cors_origins: tuple[str, ...] = ()
    behind_tls: bool = False
    max_visit_bytes: int = Field(default=_MOST_VISIT_BYTES, ge=1_000, le=_MOST_VISIT_BYTES)
    max_ecg_bytes: int = Field(default=50_000_000, ge=1_000)
    stop_after_s: int = Field(default=30, ge=1)
    impression_first: bool = False
    shadow: bool = False
    consent_required: bool = False
    screened_at_once: int = Field(default=1, ge=1, le=64)
    most_wait_s: float = Field(default=5.0, ge=0, le=600)
    requests_per_minute: int = Field(default=12_000, ge=0)
    refusals_per_minute: int = Field(default=120, ge=0)
    guidelines: str = ""
    models: tuple[Path, ...] = ()
    trust: Path | None = None
    counts_folder: Path | None = None

    @property
    def is_loopback(self) -> bool:
        """Only this machine can reach it."""
        return self.host in LOOPBACK

    @field_validator("cors_origins")
    @classmethod
    def _exact_origins(cls, said: tuple[str, ...]) -> tuple[str, ...]:
        wrong = [one for one in said if not is_origin(one)]
        if wrong:
            message = (
                "an origin is written in full, such as https://visits.example.org, without a path, "
                "a star or a slash at its end; http is for this machine only"
            )
            raise ValueError(message)
        return said

    @model_validator(mode="after")
    def _public_needs_tls(self) -> Self:
        if not self.is_loopback and not (self.behind_tls and self.public_names):
            message = (
                "beyond this machine the service needs a proxy that speaks TLS before it "
                f"({PREFIX}BEHIND_TLS=true) and its names ({PREFIX}PUBLIC_NAMES)"
            )
            raise ValueError(message)
        return self


def read_http_settings(**overrides: object) -> HttpSettings:
    """Read the environment, with what the command line overrides.

    Raises
    ------
    DataError : a variable that begins like these but is not known, or a value that can't be
    """
    known = {f"{PREFIX}{name.upper()}" for name in HttpSettings.model_fields}
    unknown = sorted(key for key in os.environ if key.startswith(PREFIX) and key not in known)
    if unknown:
        raise DataError(
            found=f"the setting {unknown[0]} is not known",
            why="a misspelt setting would be a silent default",
            remedy="Remove it, or write one of " + ", ".join(sorted(known)),
            path="environment",
        )
    try:
        return HttpSettings(**{k: v for k, v in overrides.items() if v is not None})  # type: ignore[arg-type]  # checked by the model itself
    except ValidationError as error:
        wrong = [f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()]
        raise DataError(
            found="settings of the service that can't be used (" + "; ".join(wrong) + ")",
            why="what it would do can't be guessed",
            remedy="Correct them; docs/how-to/serve.md lists every one",
            path="environment",
        ) from None
