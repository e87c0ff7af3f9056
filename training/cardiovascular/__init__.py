"""Trains, judges and ships the model of ten-year cardiovascular death."""
