"""What may stop a model, or all of the analysis, on one ECG; nothing else stops with it."""

from typing import Final, Self

from ..errors import ModelError, RecordError
from ..runtime import ORT_ERRORS

FAILURES: Final[tuple[type[Exception], ...]] = (
    ModelError,
    ArithmeticError,
    LookupError,
    *ORT_ERRORS,
)


class EcgNotAnalysed(RecordError):
    """The analysis of one ECG ended with an error that nobody foresaw."""

    code = "ecg_not_analysed"

    @classmethod
    def because(cls, error: Exception, path: str) -> Self:
        """Name the kind of an error and not its text, which may hold a value."""
        return cls(
            found="the analysis of this ECG ended with an unforeseen error "
            f"({type(error).__name__})",
            why="nothing is concluded about the ECG",
            remedy="Have a physician read the tracing, and report the fault",
            path=path,
        )
