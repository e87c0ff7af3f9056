"""Trajectories of a table of many visits a person."""
