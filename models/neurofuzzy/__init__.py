"""Differentiable fuzzy layers (torch): shared by model definitions, never imported at run time."""
