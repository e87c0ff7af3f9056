"""Numbers behind the words: what missing items leave open, Shapley values, smallest changes."""
