"""Migrations of the knowledge room."""
