"""Signed model bundles: manifest, signature, verification, loading."""
