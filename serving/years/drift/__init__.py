"""The health of the system over time: what moved since the reference months, where, since when."""
