"""Where a run is worked off: one process, several, or Spark."""
