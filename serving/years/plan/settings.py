"""Prices, intervals and horizon of a plan: defaults with their sources, and what a site puts in."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from ....engine.errors import DataError

SCHEMA: Final = "laennec.plan_settings/1"
DEFAULTS: Final = "plan.toml"
OWN: Final = "the site's own"
ATTENDANCE: Final = "test.attendance"
SENSITIVITY: Final = "test.sensitivity"
ASSUMED: Final = (ATTENDANCE, SENSITIVITY)
NOTHING_GIVEN: Final[Mapping[str, float]] = {}
_SHARES: Final = (
    ATTENDANCE, SENSITIVITY, "test.level", "thresholds.risk",
    "benefit.discount_rate",
)  # fmt: skip
_ASCENDING: Final = (
    ("test.calibration_low", "test.calibration_high"),
    ("interval_months.high", "interval_months.intermediate"),
    ("interval_months.intermediate", "interval_months.low"),
)
_EVENTS: Final = "benefit.events_avoided_"
_GREATEST: Final = 1e9
"""Months beyond this have more days than can be counted."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One number of a plan: what it is, where it comes from, whether its source was read.

    ``value`` is None where no source could be read: the site gives it.
    """

    name: str
    value: Any
    unit: str
    source: str
    verified: bool
    is_own: bool = False


@dataclass(frozen=True, slots=True)
class PlanSettings:
    """Every number that a plan uses, by ``section.name``."""

    settings: Mapping[str, Setting]

    def number(self, name: str) -> float:
        """Return one number."""
        return float(self.settings[name].value)

    def all_of(self, *names: str) -> tuple[float, ...] | None:
        """Return several numbers; None where the site has yet to give one of them."""
        return None if {*names} & {*self.not_given} else tuple(map(self.number, names))

    @property
    def not_given(self) -> tuple[str, ...]:
        """Return the numbers that the site has yet to give."""
        return tuple(n for n, s in self.settings.items() if s.value is None)

    @property
    def assumed(self) -> dict[str, float]:
        """Return which share of those called is taken to come, and of the cases to be found."""
        return {name.partition(".")[2]: self.number(name) for name in ASSUMED}

    @property
    def thresholds(self) -> tuple[float, ...]:
        """Return the risks from which on the table tests, ascending."""
        return tuple(sorted(float(v) for v in self.settings["thresholds.risk"].value))

    def interval_months(self) -> dict[str, float]:
        """Return the months after which each band is due again."""
        start = "interval_months."
        return {
            n.removeprefix(start): float(s.value)
            for n, s in self.settings.items()
            if n.startswith(start)
        }

    @property
    def events_avoided(self) -> float:
        """Return the events avoided for each case over the horizon that was chosen.

        Raises
        ------
        DataError  if no benefit is stated for that horizon; none is interpolated
        """
        horizon = self.number("benefit.horizon_years")
        found = self.settings.get(f"{_EVENTS}{horizon:g}")
        if found is None:
            raise DataError(
                found=f"a horizon of {horizon:g} years",
                why="no benefit is stated for it, and none is interpolated",
                remedy=f"Use 5 or 10, or add benefit.events_avoided_{horizon:g} with its source",
                path="benefit.horizon_years",
            )
        return float(found.value)


def read_settings(
    path: Path | None = None, given: Mapping[str, float] = NOTHING_GIVEN
) -> PlanSettings:
    """Return the defaults, with what a site's own file puts in their place.

    Parameters
    ----------
    path : TOML of the same form; a value may stand alone (``test = 1.35``) or with its source
    given : by name, what stands above both

    Raises
    ------
    DataError  if it can't be read, or names something that no plan uses
    """
    default = files(__package__ or "").joinpath(DEFAULTS).read_text(encoding="utf-8")
    settings = _read(tomllib.loads(default), is_own=False)
    if path is not None:
        own = _checked(_read(_own(path), is_own=True), settings)
        settings |= {n: s for n, s in own.items() if not _is_shipped(s, settings.get(n))}
        _check_together(settings)
    stated = {n: Setting(n, v, settings[n].unit, OWN, True, True) for n, v in given.items()}  # noqa: FBT003 - named in the class
    return PlanSettings(settings | _checked(stated, settings))


def _is_shipped(own: Setting, shipped: Setting | None) -> bool:
    """Say whether a file that was copied holds the shipped number: it keeps the shipped source."""
    if shipped is None or own.value != shipped.value:
        return False
    return own.source in (OWN, shipped.source)


def _own(path: Path) -> dict[str, Any]:
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise _broken(f"a file that can't be read ({type(error).__name__})", path.name) from error
    if raw.get("schema") != SCHEMA:
        raise _broken(f"the schema {raw.get('schema')!r}", path.name)
    return raw


def _read(raw: Mapping[str, Any], *, is_own: bool) -> dict[str, Setting]:
    found = {}
    for section, rows in raw.items():
        if section == "schema":
            continue
        if not isinstance(rows, Mapping):
            raise _broken(f"{section} that is no section", section)
        for name, row in rows.items():
            said = row if isinstance(row, Mapping) else {"value": row}
            full = f"{section}.{name}"
            found[full] = Setting(
                full,
                said.get("value"),
                str(said.get("unit", "")),
                str(said.get("source", OWN)),
                _verified(said.get("verified", is_own), full),
                is_own,
            )
    return found


def _verified(said: object, name: str) -> bool:
    if not isinstance(said, bool):
        raise _broken(f"{name}.verified that is neither true nor false", name)
    return said


def _checked(own: dict[str, Setting], known: Mapping[str, Setting]) -> dict[str, Setting]:
    for name, setting in own.items():
        is_events = name.startswith(_EVENTS)
        if name not in known and not is_events:
            raise _broken(f"{name}, which no plan uses", name)
        is_list = name in known and isinstance(known[name].value, list)
        if isinstance(setting.value, list) != is_list:
            raise _broken(f"{name} that is {'no' if is_list else 'a'} list of numbers", name)
        values = setting.value if is_list else [setting.value]
        if not values or not all(_is_number(v) for v in values):
            raise _broken(f"{name} that is no number of zero or more", name)
        if (is_events or name in _SHARES) and max(values) > 1:
            raise _broken(f"{name} above 1, which is a share", name)
        if len(set(values)) < len(values):
            raise _broken(f"{name} with a number twice", name)
        unit = known[name].unit if name in known else ""
        if setting.unit and unit and setting.unit != unit:
            raise _broken(f"{name} in {setting.unit}, which is added up as {unit}", name)
    return own


def _check_together(settings: Mapping[str, Setting]) -> None:
    """Refuse two numbers of which the one that can't be above the other is."""
    for low, high in _ASCENDING:
        if settings[low].value > settings[high].value:
            raise _broken(f"{low} above {high}", low)


def _is_number(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return 0 <= value <= _GREATEST


def _broken(found: str, path: str) -> DataError:
    return DataError(
        found=found,
        why="a plan with another price than meant would be believed",
        remedy="Copy serving/years/plan/plan.toml, change its values, and keep its names",
        path=path,
    )
