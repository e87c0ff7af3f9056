"""The one tree of errors.

Every error carries its parts as data, so that HTTP problems, FHIR outcomes and the command line are
rendered from fields and never from a parsed message. No name, birth date or free text of a person
may stand in any field.
"""

from collections.abc import Mapping
from typing import Any


class ScreeningError(Exception):
    """Something that stops a screening step, in four parts.

    Parameters
    ----------
    found : what was found
    why : why it stops us
    remedy : what to do
    path : where (a JSON path, a file name, a column)

    Attributes
    ----------
    urgent : the urgent items of a visit that was screened and then could not be kept
    """

    code = "screening_error"
    urgent: tuple[Mapping[str, Any], ...] = ()

    def __init__(self, *, found: str, why: str, remedy: str, path: str = "") -> None:
        self.found = found
        self.why = why
        self.remedy = remedy
        self.path = path
        super().__init__(str(self))

    def __str__(self) -> str:
        where = f" [{self.path}]" if self.path else ""
        return f"{self.found}: {self.why}. {self.remedy}.{where}"

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel whole from one process to another, whatever the subclass is made with."""
        return _again, (type(self), self.args, self.__dict__)

    def as_dict(self) -> dict[str, str]:
        """Return the error as plain data."""
        return {
            "code": self.code,
            "path": self.path,
            "found": self.found,
            "why": self.why,
            "remedy": self.remedy,
        }


def _again(
    kind: type[ScreeningError], args: tuple[Any, ...], state: Mapping[str, Any]
) -> ScreeningError:
    error = kind.__new__(kind, *args)
    error.__dict__.update(state)
    return error


class RecordError(ScreeningError):
    """A visit record, or a part of it, can't be read."""

    code = "record_error"


class DataError(ScreeningError):
    """A data file of the house (guidelines, vocabulary, sentences) is broken."""

    code = "data_error"


class ModelError(ScreeningError):
    """A model bundle is refused; its own findings become not assessable."""

    code = "model_error"


class ContractBroken(ModelError):
    """A bundle does not have the inputs, outputs or operators that it must have."""

    code = "contract_broken"


class FileChanged(ModelError):
    """A file of a bundle is missing, added, altered or unsigned."""

    code = "file_changed"


class ConfirmationError(ScreeningError):
    """A physician's act can't be taken."""

    code = "confirmation_error"


class NotConfirmed(ConfirmationError):
    """Only a confirmed or amended report may leave as final."""

    code = "not_confirmed"


class NotPermitted(ConfirmationError):
    """An act that is not allowed in this state or for this person."""

    code = "not_permitted"


class Superseded(ConfirmationError):
    """The decision names a version that is no longer the current one."""

    code = "superseded"


class AuditError(ScreeningError):
    """The audit trail does not verify, or an event can't be written."""

    code = "audit_error"
