"""The second, classical measurement of an ECG: nothing in it is learned from labels."""

from .compare import Comparison, disagreement
from .detect import Beats, detect_beats
from .measure import measure_classical
from .model import ClassicalMeasurement, ClassicalRhythm, ClassicalValue
from .settings import ClassicalSettings, load_classical

__all__ = [
    "Beats",
    "ClassicalMeasurement",
    "ClassicalRhythm",
    "ClassicalSettings",
    "ClassicalValue",
    "Comparison",
    "detect_beats",
    "disagreement",
    "load_classical",
    "measure_classical",
]
