"""The English messages behind codes; the other languages translate them in their catalogs.

A test compares these tables with the codes of the law and with the French catalog.
"""

from __future__ import annotations

METRICS = {
    "initial_response": "Initial response",
    "follow_up": "Follow-up response",
    "update": "Update",
    "corrective_action": "Corrective action",
    "workaround": "Workaround",
    "resolution": "Resolution",
    "resolution_goal": "Resolution",
    "acknowledgement": "Acknowledgement",
    "triage": "Triage",
    "call_back": "Call back",
}

GRADES = {"goal": "a goal", "objective": "an objective", "agreement": "an agreement"}

#: What began a period.
STARTED = {
    "opened": "{metric}: received {at} ({zone})",
    "response": "{metric}: answered {at} ({zone}), the next answer is owed from then",
    "customer_update": "{metric}: received the customer's message {at} ({zone})",
    "adopted": "{metric}: adopted by an authorized contact {at} ({zone})",
    "reopen": "{metric}: reopened {at} ({zone})",
    "raised": "{metric}: promised since the severity was raised {at} ({zone})",
    "lowered": "{metric}: promised since the severity was lowered {at} ({zone})",
    "package": "{metric}: promised since the package changed {at} ({zone})",
}

#: Why terms changed.
CAUSES = {
    "raised": "severity raised",
    "lowered": "severity lowered",
    "package": "package changed",
    "calendar": "calendar edited",
}

#: What a change did to a due time, by the way it joins and its outcome.
DECISIONS = {
    ("min", "new"): "{at}: {cause}, the earlier due time holds: {asked} instead of {old}",
    ("min", "kept_old"): "{at}: {cause}, the earlier due time holds: {old} stays, the new terms would say {asked}",
    ("max", "new"): "{at}: {cause}, the later due time holds: {asked} instead of {old}",
    ("max", "kept_old"): "{at}: {cause}, the later due time holds: {old} stays, the new terms would say {asked}",
}

#: Why a running promise was left alone.
KEPT = {
    "no_new_promise": "{at}: {cause}, nothing is promised there, the running promise stays",
    "due_had_passed": "{at}: {cause}, the due time had passed and stays",
}

#: Why a clock stands still.
WHYS = {
    "standing": "support suspended",
    "waiting": "waiting on the customer",
    "sender": "sender not yet confirmed",
    "unlisted": "no authorized contact yet",
}
