"""The quality gate: which leads of an ECG, and which uses of it, can be trusted."""
