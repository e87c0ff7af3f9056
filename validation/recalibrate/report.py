"""Before and after a recalibration, as one JSON and a page in each language."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ...engine.bundles.verify import Bundle
from ..report.parts import Figure, Section, Table, estimate_head, estimate_rows
from ..report.svg import REFERENCE, Plot
from ..report.words import Words
from ..report.write import LANGS, as_json, page
from ..statistics.calibration import calibration_curve
from ..statistics.estimate import FloatArray, NotEstimable, as_data
from .fit import SiteCalibration, SitePeople, calibration_of, limits

_NAMES = ("observed_to_expected", "calibration_intercept", "calibration_slope")
_WHICH = ("before", "after", "cross_validated")
_BANDS = ("low", "intermediate", "high")
_COUNTS = ("rows", "refused", "with_outcome", "answered")
_SHOWN = 4


def document(
    bundle: Bundle,
    site: str,
    made: tuple[SitePeople, SiteCalibration],
    risks: Mapping[str, FloatArray],
) -> dict[str, Any]:
    """Return everything that the pages print, as plain data."""
    people, calibration = made
    m = bundle.manifest
    told: dict[str, Any] = {
        "schema": "laennec.recalibration/1",
        "site": site,
        "model": {"id": m.id, "version": m.version, "sha256": bundle.sha256},
        "outcome": m.reference_standard,
        "horizon": people.horizon or None,
        "slope": calibration.slope,
        "intercept": calibration.intercept,
        "events": calibration.events,
        "others": calibration.others,
        "limits": dict(limits()["intercept_and_slope" if calibration.has_slope else "intercept"]),
        "calibration": {},
        "bands": {},
        "curve": {},
    }
    for which, risk in risks.items():
        found = calibration_of(people, risk)
        told["calibration"][which] = {name: as_data(found[name]) for name in _NAMES}
        band = bundle.model.bands(bundle.model.rounded(risk))
        told["bands"][which] = {name: int((band == i).sum()) for i, name in enumerate(_BANDS)}
        told["curve"][which] = _curve(people, risk)
    return told


def _curve(people: SitePeople, risk: FloatArray) -> dict[str, list[float]]:
    known = people.weight > 0
    found = calibration_curve(people.case[known], risk[known], people.weight[known])
    if isinstance(found, NotEstimable):
        return {}
    return {"risk": list(found.risk), "observed": list(found.observed)}


def card_head(told: Mapping[str, Any]) -> str:
    """Return what stands before the old card: that this is another version, and why."""
    before, after = (
        told["calibration"][k]["observed_to_expected"].get("value")
        for k in ("before", "cross_validated")
    )
    return (
        f"# Recalibrated for {told['site']}\n\n"
        f"Version {told['model']['version']} (manifest sha256 {told['model']['sha256']}), every "
        f"rule's points times {told['slope']:.4f} and the bias moved to "
        f"{told['intercept']:+.4f} + {told['slope']:.4f} x the old one, fitted on "
        f"{told['events']} people with the event and {told['others']} without. Conditions, words "
        "and order of people are unchanged. Observed to expected: "
        f"{_text(before)} before, {_text(after)} after on people who did not make it "
        "(cross-validation). Figures at fixed risks below are those of the old version.\n\n"
    )


def _text(value: float | None) -> str:
    return "not estimable" if value is None else f"{value:.3f}"


def write_pages(told: Mapping[str, Any], out: Path) -> list[Path]:
    """Write ``recalibration.json`` and a page in each language; return the files."""
    out.mkdir(parents=True, exist_ok=True)
    texts = {"recalibration.json": as_json(told)}
    for lang in LANGS:
        words = Words(lang)
        title = words.say("recalibrate", "title", model=told["model"]["id"], site=told["site"])
        saw = [words.say("recalibrate", "saw_data")] if told["saw_these_data"] else []
        texts[f"recalibration.{lang}.html"] = page(words, title, sections(told, words), saw)
    for name, text in texts.items():
        (out / name).write_text(text, encoding="utf-8")
    return [out / name for name in texts]


def sections(told: Mapping[str, Any], words: Words) -> tuple[Section, ...]:
    """Return what the page shows."""
    return (_what(told, words), _calibration(told, words), _bands(told, words))


def _what(told: Mapping[str, Any], words: Words) -> Section:
    def say(key: str, **values: object) -> str:
        return words.say("recalibrate", key, **values)

    facts = [
        (say("old"), f"{told['model']['id']} {told['model']['version']} {told['model']['sha256']}"),
        (say("new"), "{version} {sha256} ({key})".format(**told["new"])),
        (say("people"), _left(told["out_of"], words)),
        (say("events"), f"{words.number(told['events'])} / {words.number(told['others'])}"),
        (say("intercept"), words.number(told["intercept"], _SHOWN)),
        (say("slope"), words.number(told["slope"], _SHOWN)),
    ]
    facts += [
        (say("cells_not_read", column=column), words.number(n))
        for column, n in told["cells_not_read"].items()
    ]
    needed = say("needed", events=told["limits"]["events"], others=told["limits"]["others"])
    return Section("what", say("what"), tuple(facts), (say("unchanged"), needed))


def _left(out_of: Mapping[str, int], words: Words) -> str:
    """Tell where the rows of the table were left."""
    said = [words.say("recalibrate" if key in _COUNTS else "abstained", key) for key in out_of]
    colon = words.say("report", "colon")
    parts = zip(said, out_of.values(), strict=True)
    return ", ".join(f"{name}{colon}{words.number(n)}" for name, n in parts)


def _calibration(told: Mapping[str, Any], words: Words) -> Section:
    tables = tuple(
        Table(
            f"recalibration_{which}",
            words.say("recalibrate", which),
            estimate_head(words, "statistic"),
            estimate_rows(words, told["calibration"][which], _NAMES),
        )
        for which in _WHICH
    )
    title = words.say("recalibrate", "calibration")
    return Section("calibration", title, (), (), _figure(told, words, title), tables)


def _figure(told: Mapping[str, Any], words: Words, title: str) -> tuple[Figure, ...]:
    curves = {which: c for which, c in told["curve"].items() if c}
    if not curves:
        return ()
    top = float(np.max([max(*c["risk"], *c["observed"]) for c in curves.values()])) * 1.1
    axis = (words.say("axis", "risk"), words.say("axis", "observed"))
    plot = Plot((0.0, top), (0.0, top), *axis, words.short)
    for style, (which, curve) in enumerate(curves.items()):
        points = list(zip(curve["risk"], curve["observed"], strict=True))
        plot.line(points, style, words.say("recalibrate", which))
    plot.line([(0.0, 0.0), (top, top)], REFERENCE, words.say("report", "ideal"))
    return (Figure("recalibration", title, plot.svg(title)),)


def _bands(told: Mapping[str, Any], words: Words) -> Section:
    head = (words.say("recalibrate", "band"), *(words.say("recalibrate", w) for w in _WHICH))
    rows = tuple(
        (
            words.say("recalibrate", band),
            *(words.number(told["bands"][which][band]) for which in _WHICH),
        )
        for band in _BANDS
    )
    table = Table("recalibration_bands", "", head, rows)
    title = words.say("recalibrate", "bands")
    return Section("bands", title, (), (words.say("recalibrate", "bands_note"),), (), (table,))
