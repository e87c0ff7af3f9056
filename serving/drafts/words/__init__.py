"""The words of decisions and of a report's history; not part of what a content hash covers."""
