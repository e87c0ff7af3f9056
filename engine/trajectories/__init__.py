"""What a person's values did over the years: last value, trend with interval, time in range."""

from .columns import TrajectoryColumns, evaluate_trajectories
from .draft import trajectories_of
from .points import Points, concatenated, visit_points
from .settings import TrajectoryItem, trajectory_item, trajectory_items

__all__ = [
    "Points",
    "TrajectoryColumns",
    "TrajectoryItem",
    "concatenated",
    "evaluate_trajectories",
    "trajectories_of",
    "trajectory_item",
    "trajectory_items",
    "visit_points",
]
