"""Rows of the community room."""
