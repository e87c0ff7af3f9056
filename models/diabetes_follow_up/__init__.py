"""Follow-up of known type 2 diabetes: Mamdani rules written by hand from guidelines."""
