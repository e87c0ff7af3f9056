"""The store: its tables, the triggers that guard them, the databases it stands on, its upgrade."""
