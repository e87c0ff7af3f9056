"""The delineation network: data, training by patient, judgement, export."""
