"""Recalibrates a shipped model for a site: one slope, one intercept, the same rules."""

from .command import RecalibrateCommand, recalibrate_command

__all__ = ["RecalibrateCommand", "recalibrate_command"]
