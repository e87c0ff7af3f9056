"""The figures of the simulator, read once from the TOML files beside this module."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any, Final, cast

from ...engine.errors import RecordError

Table = dict[str, Any]
_PACKAGE: Final = __package__ or ""


class ScenarioUnfit(RecordError):
    """A scenario that can't be simulated as it was asked."""

    code = "scenario_unfit"


@cache
def figures(name: str) -> Table:
    """Read one file of figures: ``torso``, ``shapes``, ``pathologies``, ``criteria``, ``noise``."""
    return tomllib.loads(files(_PACKAGE).joinpath(f"{name}.toml").read_text(encoding="utf-8"))


def pathology_names() -> tuple[str, ...]:
    """List every pathology that `scenario` knows, families of the contract included."""
    known = figures("pathologies")
    return (*known["pathology"], *(n for n in known["family"] if n not in known["pathology"]))


def ventricle_shape(kind: str) -> Table:
    """Return the vectors of one ventricular shape, with what it takes over from another."""
    shapes = cast(Table, figures("shapes")["ventricle"])
    own = cast(Table, shapes[kind])
    return {**ventricle_shape(own["like"]), **own} if "like" in own else own
