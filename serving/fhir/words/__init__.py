"""The sentences of the FHIR adapter, in both languages."""
