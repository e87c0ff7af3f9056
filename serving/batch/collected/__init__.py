"""What is screened where the inputs are no tables of visits: a CDM, Bulk Data, Bundles."""
