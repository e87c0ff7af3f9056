"""The neuro-fuzzy ECG findings: variables, rules and statements as data, and their bundles."""
