from databases import database_url, postgres_server, store  # noqa: F401 - fixtures
