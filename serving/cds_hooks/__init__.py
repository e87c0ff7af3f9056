"""CDS Hooks 2.0: cards on a visit, and what was done with them; without clinical logic."""
