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

#: Reasons of refusals, holds and missing promises.
REASONS = {
    "attachment_limit": "There are more attachments than the programme takes.",
    "cases_not_in_tier": "This package has no support cases.",
    "channel_not_in_region": "This channel is not offered in this region.",
    "channel_not_in_tier": "This channel is not part of this package.",
    "contact_limit_reached": "All included authorized contacts are taken.",
    "contact_not_effective_yet": "This contact is not in effect yet.",
    "contact_not_trained": "This contact has not been trained.",
    "contract_not_running": "The contract is not running.",
    "language_not_supported": "Support is not offered in this language.",
    "no_contract": "There is no support contract.",
    "no_dedicated_contact": "Nobody on the customer's side stays reachable.",
    "no_grant": "The subscriber has not granted access.",
    "no_response_target": "No response time is promised.",
    "not_authorized_contact": "Only authorized contacts may open cases.",
    "not_in_good_standing": "Support is suspended: payments or other obligations are not current.",
    "not_in_tier": "This is not part of the package.",
    "not_prolonged_default": "Support is suspended only for a prolonged default.",
    "outside_hours": "This channel is closed at this hour.",
    "product_not_covered": "This product is not covered.",
    "quota_exhausted": "Nothing is left of this allotment.",
    "release_not_supported": "This release is no longer supported.",
    "request_type_not_in_tier": "This kind of request is not part of the package.",
    "sender_not_verified": "The sender has not been confirmed yet.",
    "severity_fixed_after_creation": "The severity cannot be changed after the case was opened.",
    "severity_not_in_tier": "This severity is not open to the package.",
    "waiting_on_customer": "Nothing is owed while the customer has the next word.",
}

#: Rules that refusals rest on.
RULES = {
    "channels_of_the_package": "A package says by which channels support is reached.",
    "channels_of_the_region": "A region says by which channels support is reached.",
    "contacts_are_trained": "Authorized contacts are trained before they open cases.",
    "good_standing": "Support depends on payments and other obligations being current.",
    "only_authorized_contacts": "Every request comes through an authorized contact.",
    "replacement_lead_time": "A new contact takes effect after the lead time of the contract.",
    "request_types_of_the_package": "A package says which kinds of request it takes.",
    "senders_are_verified": "A sender is confirmed before anything is answered.",
    "severities_of_the_package": "A package says which severities are open to it.",
    "support_needs_a_contract": "Support needs a contract that is running.",
}

#: Ways out of a refusal or hold.
REMEDIES = {
    "adoption_by_contact": "Ask one of your authorized contacts to take the case over; its clock starts then.",
    "ask_authorized_contact": "Ask one of your authorized contacts to open the case.",
    "ask_sales": "Ask sales for a contract.",
    "complete_training": "Complete the training for contacts, or ask another authorized contact.",
    "confirm_by_mail": "Confirm the message that was sent to your address; the clock counts from receipt.",
    "renew_contract": "Renew the contract.",
    "settle_or_ask_finance": "Settle what is open, or ask the vendor's finance team; the clock counts from then on.",
    "use_offered_channel": "Use one of the offered channels.",
    "use_offered_severity": "Choose one of the offered severities.",
    "use_offered_type": "Choose one of the offered kinds of request.",
    "wait_or_ask_other_contact": "Wait until the change is in effect, or ask another authorized contact.",
}
