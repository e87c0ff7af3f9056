"""SMART on FHIR: the review page opened out of the visit software, for the person open there."""
