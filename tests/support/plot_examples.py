"""Membership plots written by hand for the draft of the raised risk."""

from laennec.serving.report import Curve, MembershipPlot


def _shoulder(x: float, zero: float, full: float) -> float:
    return min(max((x - zero) / (full - zero), 0.0), 1.0)


def _plot(variable: str, unit: str, ends: tuple[float, float], words, value) -> MembershipPlot:
    x = tuple(ends[0] + (ends[1] - ends[0]) * i / 80 for i in range(81))
    curves = tuple(
        Curve(
            term,
            "",
            tuple(_shoulder(v, *edges) for v in x),
            None if value is None else _shoulder(value, *edges),
        )
        for term, edges in words.items()
    )
    return MembershipPlot(variable, "", unit, x, curves, value)


def example_plots() -> dict[str, tuple[MembershipPlot, ...]]:
    """Return membership plots for the finding of the raised risk."""
    return {
        "t2d_undiagnosed": (
            _plot(
                "waist_to_height_ratio",
                "1",
                (0.35, 0.95),
                {"low": (0.55, 0.45), "raised": (0.48, 0.56), "high": (0.55, 0.68)},
                0.634,
            ),
            _plot("age_years", "a", (20, 80), {"middle_aged": (35, 55), "older": (50, 72)}, 52),
            _plot("systolic_bp_mmhg", "mm[Hg]", (90, 200), {"raised": (120, 150)}, 148),
            _plot("bmi_kg_per_m2", "kg/m2", (15, 50), {"raised": (24, 31)}, None),
        )
    }
