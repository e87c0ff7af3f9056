"""The textbook model: Mamdani rules written by hand from FINDRISC and guidelines."""
