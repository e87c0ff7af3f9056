"""One file for each step from a form of the store to the next."""
