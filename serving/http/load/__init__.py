"""How much is let in: how often somebody may ask, and how many visits are screened at once."""
