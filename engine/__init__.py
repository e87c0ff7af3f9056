"""What runs in a clinic: one pure function and what it stands on.

>>> from laennec.engine import load_guidelines, load_models, parse, screen
"""

from .bundles.load import Models, load_models
from .errors import ScreeningError
from .guidelines import Guidelines, load_guidelines
from .intake import VisitRecord, parse
from .prediagnosis import Finding, PreDiagnosis
from .screen import screen
from .screening import screen_columns

__all__ = [
    "Finding",
    "Guidelines",
    "Models",
    "PreDiagnosis",
    "ScreeningError",
    "VisitRecord",
    "load_guidelines",
    "load_models",
    "parse",
    "screen",
    "screen_columns",
]
