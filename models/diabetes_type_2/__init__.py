"""Undiagnosed diabetes and dysglycaemia: additive fuzzy models learned from clinical starting points."""
