"""The fuzzy core: linguistic variables, readable rules, Mamdani and Takagi-Sugeno-Kang inference.

This room is the plain numpy reference. The torch layers (`models/neurofuzzy`) and the ONNX graphs
(`training/export`) must give the same numbers; `tests/property/test_fuzzy_agreement.py` holds that.
"""

from .mamdani import MamdaniResult, evaluate_mamdani
from .status import Status
from .system import MamdaniSystem, TskSystem, load_system, parse_system, system_toml
from .tsk import TskResult, evaluate_tsk

__all__ = [
    "MamdaniResult",
    "MamdaniSystem",
    "Status",
    "TskResult",
    "TskSystem",
    "evaluate_mamdani",
    "evaluate_tsk",
    "load_system",
    "parse_system",
    "system_toml",
]
