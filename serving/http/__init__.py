"""The service over HTTP: routes, problems, sign-in, uploads, health; no clinical logic."""
