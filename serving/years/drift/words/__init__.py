"""The words of the report on drift; not part of what a content hash covers."""
