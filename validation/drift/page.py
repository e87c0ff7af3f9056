"""The drift report as one page: a curve a risk, and a table of months with what was flagged."""

from collections.abc import Mapping
from html import escape
from typing import Any, Final

from ..report.svg import Plot
from .months import RISKS, limits

_HEAD: Final = (
    '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
    '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
    "style-src 'unsafe-inline'\"><title>Drift</title><style>body{font:15px sans-serif;"
    "max-width:900px;margin:2em auto}"
    "svg{max-width:560px}td,th{padding:4px 10px;border-bottom:1px solid #ccc;"
    "text-align:left}.axis{stroke:#444}.tick,.side,.label{font-size:12px}.side{text-anchor:end}"
    ".label,.tick{text-anchor:middle}</style></head><body>"
)
_FIRST: Final = 1000
"""Place of the first month on its axis, where no index lies."""

_DISCLAIMER: Final = (
    "Evaluation use only. Not CE marked. Not for diagnosis. Results are unconfirmed. PSI compares "
    "each month with the reference months; its limits are conventions."
)


def drift_page(report: Mapping[str, Any]) -> str:
    """Return the page of a drift report.

    Parameters
    ----------
    report : from ``drift_of``
    """
    months = report["months"]
    act = float(limits()["psi"]["act"]["value"])
    values = [m["psi"][r]["value"] for m in months for r in RISKS if r in m["psi"]]
    top = max([act * 1.2, *values])
    last = float(_FIRST + len(months) - 1)
    plot = Plot((_FIRST - 0.5, last + 0.5), (0.0, top), "month", "PSI", _name(months))
    for style, risk in enumerate(RISKS):
        points = [
            (float(_FIRST + i), m["psi"][risk]["value"])
            for i, m in enumerate(months)
            if risk in m["psi"]
        ]
        plot.line(points, style, risk)
    plot.line([(float(_FIRST), act), (last, act)], 7, "act")
    rows = "".join(_row(month) for month in months)
    reference = escape(", ".join(report["reference_months"]))
    return (
        f"{_HEAD}<h1>Drift by month</h1><p><strong>{escape(_DISCLAIMER)}</strong></p>"
        f"<p>Reference months: {reference}. Not judged, too few people: "
        f"{escape(', '.join(report['months_not_judged']) or 'none')}.</p>"
        f"{plot.svg('Population stability index by month')}"
        "<table><tr><th>Month</th><th>People</th><th>PSI (95 %)</th><th>Not assessable</th>"
        f"<th>Flags</th></tr>{rows}</table></body></html>"
    )


def _name(months: list[Mapping[str, Any]]) -> Any:  # noqa: ANN401 - how an axis writes a number
    def written(value: float) -> str:
        if value < _FIRST - 1:
            return f"{value:g}"
        at = int(value) - _FIRST
        return str(months[at]["month"]) if value == int(value) and 0 <= at < len(months) else ""

    return written


def _row(month: Mapping[str, Any]) -> str:
    psi = "<br>".join(
        escape(f"{name}: {p['value']:.3f} ({p['ci_low']:.3f} to {p['ci_high']:.3f})")
        for name, p in month["psi"].items()
    )
    share = 100 * month["not_assessable"]["value"]
    before = 100 * month["not_assessable_reference"]
    flags = escape(", ".join(month["flags"]) or "-")
    return (
        f"<tr><td>{escape(month['month'])}</td><td>{month['people']}</td><td>{psi}</td>"
        f"<td>{share:.1f} % (reference {before:.1f} %)</td><td>{flags}</td></tr>"
    )
