"""Migrations of the finding room."""
