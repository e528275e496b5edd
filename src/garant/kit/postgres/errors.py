"""What can go wrong with the database, said in one line with the remedy."""

from __future__ import annotations


class PostgresError(Exception):
    """The database can't be found, started, reached, saved or restored; the message is one line for people."""
