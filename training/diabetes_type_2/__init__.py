"""The pipeline of the diabetes models: fit, complete, calibrate, judge, export, sign."""
