"""Learns, judges and exports the rules that say what an ECG shows."""
