"""Confirmed reports as documents that leave the house: CDA R2 level 1 in an IHE XDM package."""
