"""Canned answers for integrators, and the check of a live server against them."""
