"""ECG files on the command line: measured, delineated, converted, simulated."""
