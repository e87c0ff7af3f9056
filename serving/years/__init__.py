"""Over the years: trajectories of a table of many visits, the year's plan, the search."""
