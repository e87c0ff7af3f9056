"""The folder of a result: parts, manifest, content hash, how it is read and counted."""
