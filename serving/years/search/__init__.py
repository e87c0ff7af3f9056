"""Search for people by many criteria, over files and over the store."""
