"""Studies on decided reports: agreement, the shadow mode, reports under a pseudonym."""
