"""The year's plan: who is called first, how many tests at which threshold, at what price."""
