"""A study: protocol and data in, one document out."""

from .run import StudyOptions, run_study

__all__ = ["StudyOptions", "run_study"]
