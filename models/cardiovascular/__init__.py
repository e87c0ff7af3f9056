"""Ten-year cardiovascular death: definition, starting point, recipe and shipped bundles."""
