"""The quality gate and the classical measurement of an ECG: fitted and measured on records."""
