"""The worklist: which reports wait for a physician, in which order."""
