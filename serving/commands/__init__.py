"""What the commands do that read, decide on and release reports, as data and an exit code."""
