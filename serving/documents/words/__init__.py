"""The sentences of documents: the plain page for the person, the advice request, the letter."""
