"""Undiagnosed diabetes and dysglycaemia: additive fuzzy models with a clinical starting point."""
