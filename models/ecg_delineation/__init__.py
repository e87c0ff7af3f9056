"""Where P, QRS and T begin, peak and end: a compact network over any number of leads."""
