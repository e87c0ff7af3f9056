"""One row of a result in words."""
