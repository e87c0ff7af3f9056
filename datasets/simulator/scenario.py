"""The script of a simulated ECG: what is asked, before chance and sampling."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Final

import numpy as np

from .figures import ScenarioUnfit, Table, figures, pathology_names
from .noise import Noise

RATE_HZ_LIMITS: Final = (100.0, 1000.0)
DURATION_S_LIMITS: Final = (8.0, 1800.0)
_RANGE_LENGTH: Final = 3
_LISTS: Final = ("overlays", "statements", "details")


@dataclass(frozen=True, slots=True, kw_only=True)
class EcgScenario:
    """What to simulate. Intervals in milliseconds, axes in degrees, sizes in millivolt or shares.

    Parameters
    ----------
    pathology : its name, as in `pathology_names`; several joined by ``+``
    rhythm : name of a rhythm of `rhythms`
    atrium, ventricle, ectopic : names of shapes in ``shapes.toml``
    overlays : what is added to ST and T
    rate_bpm : of the ventricles (of the sinus node where beats drop)
    p_ms, pr_ms, qrs_ms, ectopic_qrs_ms : durations
    qtc_ms : QT at a rate of 60; QT follows RR by the cube root
    qt_ms : QT of every beat; None follows ``qtc_ms``
    axis_deg : frontal axis of the QRS area; None leaves the shape's own
    t_begins : share of the time from J to the end of T; shapes whose T begins at J ignore it
    t_peak : share of its own length at which T is highest
    p_scale, qrs_scale, t_scale, st_scale, overlay_scale : multiply the vectors
    options : of the rhythm, see ``pathologies.toml``
    variation : beat-to-beat spread, 0 every beat alike, 1 usual
    person_variation : spread of shapes and torso, 0 the textbook, 1 people
    respiration_hz : of the axis and the RR
    statements, details : what holds by mechanism (contract names; other names)
    sampling_rate_hz : 100 to 1000
    duration_s : 8 to 1800
    noise : what is added to the clean signal, in this order
    """

    pathology: str = "sinus_rhythm"
    rhythm: str = "sinus"
    atrium: str = "normal"
    ventricle: str = "normal"
    ectopic: str = ""
    overlays: tuple[str, ...] = ()
    rate_bpm: float
    p_ms: float
    pr_ms: float
    qrs_ms: float
    qtc_ms: float
    qt_ms: float | None = None
    ectopic_qrs_ms: float
    axis_deg: float | None = None
    t_begins: float
    t_peak: float
    p_scale: float
    qrs_scale: float
    t_scale: float
    st_scale: float
    overlay_scale: float
    options: Mapping[str, float] = field(default_factory=dict)
    variation: float = 1.0
    person_variation: float = 0.0
    respiration_hz: float
    sex: str = "male"
    age_years: float
    statements: tuple[str, ...] = ()
    details: tuple[str, ...] = ()
    sampling_rate_hz: float = 500.0
    duration_s: float = 10.0
    noise: tuple[Noise, ...] = ()

    def __post_init__(self) -> None:
        _refuse_outside("sampling_rate_hz", self.sampling_rate_hz, RATE_HZ_LIMITS)
        _refuse_outside("duration_s", self.duration_s, DURATION_S_LIMITS)
        for name, limits in figures("criteria")["scenario"].items():
            _refuse_outside(name, getattr(self, name), tuple(limits))
        if self.p_ms > self.pr_ms:
            raise ScenarioUnfit(
                found=f"P of {self.p_ms:g} ms in a PR interval of {self.pr_ms:g} ms",
                why="P would end after QRS begins, and neither would have a boundary",
                remedy="Ask for a PR interval at least as long as P",
                path="scenario.p_ms",
            )

    @property
    def n_samples(self) -> int:
        """Number of samples of each lead."""
        return round(self.duration_s * self.sampling_rate_hz)


def _refuse_outside(name: str, value: float | None, limits: tuple[float, float]) -> None:
    if value is None or limits[0] <= value <= limits[1]:
        return
    raise ScenarioUnfit(
        found=f"{name} of {value}",
        why="no electrocardiogram can be simulated outside "
        f"{limits[0]:g} to {limits[1]:g} with a truth that holds",
        remedy=f"Ask for {name} from {limits[0]:g} to {limits[1]:g}",
        path=f"scenario.{name}",
    )


def scenario(pathology: str = "sinus_rhythm", **changes: Any) -> EcgScenario:  # noqa: ANN401 - fields of EcgScenario
    """Build the typical scenario of a pathology.

    Parameters
    ----------
    pathology : a name of `pathology_names`, or several joined by ``+`` (the later wins)
    changes : fields of `EcgScenario` that replace the typical ones; ``options`` are merged

    Raises
    ------
    ScenarioUnfit : an unknown pathology or field, or a value outside its limits
    """
    return _build(pathology, None, changes)


def sample_scenario(
    rng: np.random.Generator,
    pathology: str | None = None,
    **changes: Any,  # noqa: ANN401 - fields of EcgScenario
) -> EcgScenario:
    """Draw a realistic scenario, for training and stress tests.

    Parameters
    ----------
    rng : draws everything
    pathology : as in `scenario`; None draws one, all alike likely
    changes : fields that are not drawn

    Raises
    ------
    ScenarioUnfit : an unknown pathology or field, or a value outside its limits
    """
    if pathology is None:
        known = tuple(figures("pathologies")["pathology"])
        pathology = known[int(rng.integers(len(known)))]
    drawn: Table = {
        "person_variation": float(rng.uniform(0.5, 1.2)),
        "variation": float(rng.uniform(0.5, 2.0)),
        "sex": str(rng.choice(["female", "male"])),
    }
    return _build(pathology, rng, {**drawn, **changes})


def _build(pathology: str, rng: np.random.Generator | None, changes: Table) -> EcgScenario:
    settings = _settings(pathology, rng)
    by_ventricle = settings.pop("qrs_ms_by_ventricle", {})
    values = {name: _pick(value, rng) for name, value in settings.items() if name != "options"}
    if values["ventricle"] in by_ventricle:
        values["qrs_ms"] = _pick(by_ventricle[values["ventricle"]], rng)
    options = {name: _pick(value, rng) for name, value in settings["options"].items()}
    asked = dict(changes.pop("options", {})) if "options" in changes else {}
    known = {f.name for f in fields(EcgScenario)}
    unknown = [*(set(changes) - known), *(set(asked) - set(options))]
    if unknown:
        raise ScenarioUnfit(
            found=f"an unknown parameter {sorted(unknown)[0]!r}",
            why="a parameter that nothing reads would change nothing without saying so",
            remedy=f"Use a field of EcgScenario, or an option among {', '.join(options)}",
            path="scenario",
        )
    if "p_ms" not in changes:
        pr_ms = float(changes.get("pr_ms", values["pr_ms"]))
        values["p_ms"] = min(values["p_ms"], pr_ms - figures("pathologies")["p"]["gap_ms"])
    return EcgScenario(
        **{**values, "pathology": pathology, **changes, "options": {**options, **asked}}
    )


def _settings(pathology: str, rng: np.random.Generator | None) -> Table:
    table = figures("pathologies")
    settings: Table = {**table["default"], "details": []}
    for name in pathology.split("+"):
        member = name
        if name not in table["pathology"] and name in table["family"]:
            members = table["family"][name]
            member = members[0] if rng is None else members[int(rng.integers(len(members)))]
        if member not in table["pathology"]:
            raise ScenarioUnfit(
                found=f"an unknown pathology {name!r}",
                why="only what has vectors and a rhythm can be simulated",
                remedy=f"Use one of: {', '.join(pathology_names())}",
                path="scenario.pathology",
            )
        own = dict(table["pathology"][member])
        own["options"] = {**settings["options"], **own.get("options", {})}
        for key in _LISTS:
            own[key] = [*settings[key], *own.get(key, [])]
        settings |= own
    return settings


def _pick(value: object, rng: np.random.Generator | None) -> Any:  # noqa: ANN401 - as in the file
    """Take the typical value, or draw one: [least, typical, greatest], or names parted by |."""
    if isinstance(value, str):
        names = value.split("|")
        return names[0] if rng is None else names[int(rng.integers(len(names)))]
    if isinstance(value, list):
        if len(value) == _RANGE_LENGTH and all(isinstance(v, float) for v in value):
            return float(value[1]) if rng is None else _draw(value, rng)
        return tuple(value)
    return value


def _draw(limits: list[float], rng: np.random.Generator) -> float:
    least, typical, greatest = limits
    if least == greatest:
        return least
    return float(rng.triangular(least, typical, greatest))
