"""Facts about promises and how they were kept: read-only, above the rooms, without tables of its own."""
