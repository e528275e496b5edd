"""Rows of the finding room."""
