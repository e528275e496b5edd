"""The finding room: one search index for whatever has words."""
