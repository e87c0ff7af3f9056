"""The draft as one printable page."""

from .html import render_html
from .plots import Curve, MembershipPlot, membership_plots

__all__ = ["Curve", "MembershipPlot", "membership_plots", "render_html"]
