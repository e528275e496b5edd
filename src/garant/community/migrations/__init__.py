"""Migrations of the community room."""
