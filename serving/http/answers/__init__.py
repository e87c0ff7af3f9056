"""What is sent back: a report for whoever may see what of it, a PDF, the headers of a page."""
