"""Who somebody is: tokens of the site, signed tokens and their keys, the provider of the house."""
