"""The words of plans and searches; not part of what a content hash covers."""
