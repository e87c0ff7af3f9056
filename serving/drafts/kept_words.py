"""The sentences of a draft, kept in the store once for each set of sentence files.

A content hash covers the sentence files. An upgrade that changes a sentence must neither change a
word of a report that waits or was decided, nor make it unreadable: the words go into the store with
the first draft that was made with them, and whatever was made with them is read with them.
"""

import json
from collections.abc import Mapping

from sqlalchemy import Connection, RowMapping, Table, select

from ...engine.canonical import canonical_bytes
from ...engine.words import sentences_sha256
from ...engine.words.load import load_sentences
from ..audit.trail import Row, as_row, require_vouched
from ..store.tables import sentences
from .reports import KeptWords


def words_to_keep(connection: Connection, made_with: str) -> list[tuple[Table, Row]]:
    """Return the row to write beside a draft; none where the store has it or nobody has it.

    Parameters
    ----------
    connection : the draft's own transaction
    made_with : ``sentences_sha256`` of the draft
    """
    if made_with != sentences_sha256() or _is_kept(connection, made_with):
        return []
    tables = canonical_bytes(load_sentences()).decode("utf-8")
    return [(sentences, {"sentences_sha256": made_with, "tables": tables})]


def kept_words(connection: Connection, content: Mapping[str, object] | None) -> KeptWords | None:
    """Return the sentences with which a draft was made, where those installed are others.

    Parameters
    ----------
    connection : a transaction of the store
    content : the draft's content as it is kept, or None

    Raises
    ------
    AuditError : the kept sentences were changed after they were written
    """
    said = content["prediagnosis"] if content else None
    made_with = said["sentences_sha256"] if isinstance(said, Mapping) else sentences_sha256()
    row = None if made_with == sentences_sha256() else _row(connection, str(made_with))
    if row is None:
        return None
    require_vouched(connection, sentences, [as_row(row)])
    words: KeptWords = json.loads(row["tables"])
    return words


def _is_kept(connection: Connection, made_with: str) -> bool:
    """Say whether the store has these sentences, without reading them."""
    key = sentences.c.sentences_sha256
    return connection.execute(select(key).where(key == made_with)).one_or_none() is not None


def _row(connection: Connection, made_with: str) -> RowMapping | None:
    query = select(sentences).where(sentences.c.sentences_sha256 == made_with)
    return connection.execute(query).mappings().one_or_none()
