"""The number of the newest migration, written into a store that is laid out anew."""

from typing import Final

from sqlalchemy import Column, Connection, MetaData, String, Table, insert

NEWEST: Final = "0004"
"""A test holds this against the migrations themselves."""

_version = Table("alembic_version", MetaData(), Column("version_num", String(32), primary_key=True))


def stamp(connection: Connection, revision: str = NEWEST) -> None:
    """Say in the store which migration it stands at.

    Parameters
    ----------
    connection : a writing transaction of a store that Alembic does not know yet
    revision : the number of a migration
    """
    _version.create(connection)
    connection.execute(insert(_version).values(version_num=revision))
