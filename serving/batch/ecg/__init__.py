"""The ECGs of a run: which, their hash, and how they are read beside the rows."""
