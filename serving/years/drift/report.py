"""The report on drift: exact where it is judged, small counts suppressed where it leaves."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from ...batch.result.aggregate import HIDDEN, SMALLEST_SHOWN, suppressed
from ...batch.result.parts import disclaimers
from .control import Chart
from .judge import ACT, WATCH, Judge, Point, Series
from .series import Place, cells_of, series_of, visits_by_month
from .sizes import hidden_sizes
from .tally import ALL, DEVICE, month_text

SCHEMA: Final = "laennec.drift_report/2"
_DECIMALS: Final = 4
_OTHER: Final = "hidden"
_Parts = Mapping[tuple[str, str, int], set[tuple[str, str]]]


@dataclass(frozen=True, slots=True)
class Report:
    """What moved, exact: only ``published`` may leave.

    Attributes
    ----------
    series, charts : judged
    visits : month -> visits
    judge : with which limits and period
    not_counted : visits of which no day is known
    notices : what the reader must know, as codes
    """

    series: tuple[Series, ...]
    charts: tuple[Chart, ...]
    visits: Mapping[int, int]
    judge: Judge
    not_counted: int = 0
    notices: tuple[str, ...] = field(default=())

    @property
    def months(self) -> tuple[int, ...]:
        """Every month from the first to the last with a visit, those without one too."""
        return tuple(range(min(self.visits), max(self.visits) + 1)) if self.visits else ()

    @property
    def flagged(self) -> tuple[tuple[Place, Point], ...]:
        """What is flagged, the last month first, the graver first, everybody before the parts."""
        found = [
            (series.place, point)
            for series in self.series
            for point in series.points
            if point.state in (ACT, WATCH)
        ]
        return tuple(sorted(found, key=lambda f: (-f[1].month, f[1].state, f[0].by, f[0])))


def make_report(
    table: Any,  # noqa: ANN401 - pyarrow has no types
    charts: Sequence[Chart],
    judge: Judge,
    not_counted: int = 0,
) -> Report:
    """Judge a tally.

    Parameters
    ----------
    table : from ``Tally.table``
    charts : control charts of what physicians decided
    judge : the limits and the declared period
    not_counted : visits of which no day is known
    """
    cells = cells_of(table)
    crowded = _crowded(cells, int(judge.limits.number("groups.most")))
    kept = {key: months for key, months in cells.items() if key.by not in crowded}
    series = tuple(judge.series(one) for one in series_of(kept))
    told = tuple(c for c in charts if c.place.by not in crowded)
    notices = [f"too_many_{by}s" for by in crowded]
    return Report(series, told, visits_by_month(cells), judge, not_counted, tuple(notices))


def _crowded(cells: Any, most: int) -> list[str]:  # noqa: ANN401 - as of cells_of
    groups: dict[str, set[str]] = defaultdict(set)
    for key in cells:
        groups[key.by].add(key.group)
    return sorted(by for by, found in groups.items() if by != ALL and len(found) > most)


def published(report: Report) -> dict[str, Any]:
    """Return the report as it may leave: no count of 1 to 10, and none that gives one away."""
    hidden, sizes = _hidden(report.series), hidden_sizes(report.series)
    months, parts = report.months, _flagged_parts(report)
    return {
        "schema": SCHEMA,
        "result": "unconfirmed",
        "disclaimer": disclaimers(),
        "suppressed_below": SMALLEST_SHOWN,
        "months": [month_text(m) for m in months],
        "visits": [_count(report.visits.get(m, 0)) for m in months],
        "visits_not_counted": _count(report.not_counted),
        "months_without_visits": [month_text(m) for m in months if not report.visits.get(m)],
        "reference_declared": _declared(report.judge),
        "alarms": [_alarm(place, point, parts) for place, point in report.flagged],
        "signals": [
            {**_place(chart.place), "month": month_text(month), "direction": way}
            for chart in report.charts
            for month, way in chart.signals
        ],
        "series": [
            {
                **_place(one.place),
                "reference": [month_text(m) for m in one.reference],
                "points": [
                    _without_size(p, said) if (one.place, p.month) in sizes else said
                    for p in one.points
                    for said in [_point(p, (one.place, p.month) in hidden)]
                ],
            }
            for one in report.series
        ],
        "charts": [_chart(chart) for chart in report.charts],
        "releases": _releases(report),
        "notices": list(report.notices),
        "limits": {
            name: {"value": value, "source": source, "own": name in report.judge.limits.own}
            for name, (value, source) in report.judge.limits.rows.items()
        },
    }


def _declared(judge: Judge) -> list[str] | None:
    period = judge.period
    return None if period is None else [month_text(period.first), month_text(period.last)]


def _place(place: Place) -> dict[str, str]:
    return dict(zip(Place._fields, place, strict=True))


def _count(n: int) -> int | str:
    return HIDDEN if 0 < n < SMALLEST_SHOWN else n


def _point(point: Point, is_hidden: bool) -> dict[str, Any]:  # noqa: FBT001 - said of the point
    """Return a month as it may leave; of a hidden one only how it is judged."""
    said: dict[str, Any] = {"month": month_text(point.month), "n": _count(point.n)}
    if is_hidden:
        said |= {"value": _OTHER, **({} if point.n < SMALLEST_SHOWN else {"n": _OTHER})}
    elif point.n >= SMALLEST_SHOWN:
        numbers = {"value": point.value, "low": point.low, "high": point.high}
        said |= {name: round(v, _DECIMALS) for name, v in numbers.items() if v is not None}
        said |= {} if point.middle is None else {"median": point.middle}
    said["state"] = point.state
    return said | ({"direction": point.direction} if point.direction else {})


def _without_size(point: Point, said: dict[str, Any]) -> dict[str, Any]:
    """Return a month of which the number is hidden: a share and its interval would give it away.

    The index of a distribution stays, and a share of nobody, without its interval.
    """
    if point.n < SMALLEST_SHOWN or said.get("value") == _OTHER:
        return said
    if point.k is None:
        return said | {"n": _OTHER}
    kept = {name: v for name, v in said.items() if name not in ("low", "high")}
    return kept | {"n": _OTHER, **({"value": _OTHER} if point.k else {})}


def _hidden(series: Sequence[Series]) -> set[tuple[Place, int]]:
    """Return the months that would tell of 1 to 10 people, in one place or by difference.

    Of each whole that is parted by site, or by the devices of one item, at least two parts are
    hidden where one is: by how many were counted, how many of them count, and how many do not.
    """
    wholes: dict[tuple[str, ...], dict[Place, Point]] = defaultdict(dict)
    for one in series:
        place = one.place
        item = place.group.partition(": ")[0] if place.by == DEVICE else ""
        for point in one.points:
            month = month_text(point.month)
            whole = (place.measure, place.name, place.by, item, place.release, month)
            wholes[whole][place] = point
    return {
        (place, parts[place].month) for parts in wholes.values() for place in _hidden_parts(parts)
    }


def _hidden_parts(parts: Mapping[Place, Point]) -> Iterator[Place]:
    places = {str(i): place for i, place in enumerate(parts)}
    sides = [{name: parts[place].n for name, place in places.items()}]
    if all(point.k is not None for point in parts.values()):
        counted = {name: parts[place].k or 0 for name, place in places.items()}
        sides += [counted, {name: sides[0][name] - k for name, k in counted.items()}]
    for counts in sides:
        for name, shown in suppressed(counts).items():
            if not isinstance(shown, int):
                yield places[name]


def _flagged_parts(report: Report) -> _Parts:
    """Return the sites and devices that are flagged, by measure, name and month."""
    found: dict[tuple[str, str, int], set[tuple[str, str]]] = defaultdict(set)
    for place, point in report.flagged:
        if place.by != ALL:
            found[place.measure, place.name, point.month].add((place.by, place.group))
    return found


def _alarm(place: Place, point: Point, parts: _Parts) -> dict[str, Any]:
    """Return what is flagged, with the parts that carry it where it is of everybody."""
    said: dict[str, Any] = {
        **_place(place),
        "month": month_text(point.month),
        "level": point.state,
        "direction": point.direction,
    }
    if place.by == ALL:
        carriers = sorted(parts.get((place.measure, place.name, point.month), ()))
        said["carried_by"] = [{"by": by, "group": group} for by, group in carriers]
    return said


def _chart(chart: Chart) -> dict[str, Any]:
    return {
        **_place(chart.place),
        "expected": None
        if chart.expected is None
        else [round(e, _DECIMALS) for e in chart.expected],
        "reference_decisions": _count(chart.reference_decisions),
        "state": chart.state,
        "months": [
            {
                "month": month_text(month),
                "decisions": _count(n),
                **({} if n < SMALLEST_SHOWN else {"rise": round(up, 2), "fall": round(down, 2)}),
            }
            for month, n, up, down in chart.months
        ],
        "signals": [{"month": month_text(m), "direction": way} for m, way in chart.signals],
    }


def _releases(report: Report) -> list[dict[str, Any]]:
    """Return, of each finding, its releases in the order of their first month."""
    since: dict[tuple[str, str], int] = {}
    for one in report.series:
        if one.place.release and one.place.by == ALL and one.points:
            key = (one.place.name, one.place.release)
            since[key] = min(since.get(key, one.points[0].month), one.points[0].month)
    number: Counter[str] = Counter()
    told = []
    for name, month, release in sorted((n, m, r) for (n, r), m in since.items()):
        number[name] += 1
        told.append(
            {
                "finding": name,
                "number": number[name],
                "release": release,
                "since": month_text(month),
            }
        )
    return told
