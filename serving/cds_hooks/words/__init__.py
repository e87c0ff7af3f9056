"""The sentences of the cards, in both languages."""
