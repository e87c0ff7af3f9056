"""What may stop a model on an ECG: it then counts as refused, and the urgent rules run on."""

from typing import Final

from ..errors import ModelError
from ..runtime import ORT_ERRORS

FAILURES: Final[tuple[type[Exception], ...]] = (
    ModelError,
    ArithmeticError,
    LookupError,
    *ORT_ERRORS,
)
