"""Reading the community. Everybody reads what is shown; authors also their held posts, and staff everything."""

from __future__ import annotations

from garant.community.acting import may_write
from garant.community.queries_moderation import flagged, held, hidden, unanswered
from garant.community.queries_people import my_profile, posts_of, profile, writes_as
from garant.community.queries_threads import (
    feed,
    may_read,
    post_place,
    public_addresses,
    tags,
    thread,
    threads,
    versions,
)

__all__ = [
    "feed", "flagged", "held", "hidden", "may_read", "may_write", "my_profile", "post_place", "posts_of", "profile",
    "public_addresses", "tags", "thread", "threads", "unanswered", "versions", "writes_as",
]  # fmt: skip
