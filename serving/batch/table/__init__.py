"""The rows of a result: columns, reasons, and what is not screened."""
