"""FHIR R4 in and out: maps to and from the visit and the pre-diagnosis, without clinical logic."""
