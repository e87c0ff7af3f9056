"""Code maps: their check, the site's thesaurus, and proposals for free text."""
