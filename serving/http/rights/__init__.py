"""Who may do and see what: acts and roles, whose report it is, what is recorded of a reading."""
