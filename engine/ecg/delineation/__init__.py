"""Delineation: P, QRS and T on every lead, by a network and rules that it can't break."""
