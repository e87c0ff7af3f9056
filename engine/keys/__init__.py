"""Public keys that come with the house: the development key only."""
