"""The pages of the physician: worklist, one screen a visit, agreement; French first."""
