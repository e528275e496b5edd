"""Views of the console: each reads with queries, acts with operations, and renders."""
