"""Rows of the knowledge room."""
