"""The writes of the community room."""

from garant.community.operations_loading import Written, load_thread
from garant.community.operations_moderation import (
    approve,
    hide,
    hide_thread,
    lock,
    merge,
    move,
    restore,
    restore_thread,
    set_idea_state,
    settle_flags,
)
from garant.community.operations_profile import erase_person, save_profile
from garant.community.operations_taking_part import accept, flag, follow, link_case, unfollow, unvote, vote
from garant.community.operations_writing import answer, ask, comment, edit

__all__ = [
    "Written", "accept", "answer", "approve", "ask", "comment", "edit", "erase_person", "flag", "follow", "hide",
    "hide_thread", "link_case", "load_thread", "lock", "merge", "move", "restore", "restore_thread", "save_profile",
    "set_idea_state", "settle_flags", "unfollow", "unvote", "vote",
]  # fmt: skip
