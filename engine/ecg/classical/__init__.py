"""The second, classical measurement of an ECG: nothing in it is learned from labels."""
