"""The sentences of the pages, in French and in English."""
