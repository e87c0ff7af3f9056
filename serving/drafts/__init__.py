"""Reports in the store: drafts, their versions and states, and how a stored one is shown."""
