"""The knowledge room: articles in several languages."""
