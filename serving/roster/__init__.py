"""The list of visits to come, from other software: who, when, and nothing else."""
