"""What physicians and persons say: decisions, notes, letters, consents, and the release."""
