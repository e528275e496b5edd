"""Every act on cases. Each is one transaction, locks the case first, and either is written down whole or refused."""

from garant.cases.operations_answering import add_customer_message, add_note, log_call, reply
from garant.cases.operations_drafts import drop_draft, save_draft
from garant.cases.operations_filing import file_case
from garant.cases.operations_handling import assign, close, reopen, resolve, wait
from garant.cases.operations_standing import admit, reinstate, standing_housekeeping, suspend
from garant.cases.operations_terms import change_contract, change_package, follow_calendars, raise_severity
from garant.cases.views import Done, Filed

__all__ = [
    "Done", "Filed", "add_customer_message", "add_note", "admit", "assign", "change_contract", "change_package",
    "close", "drop_draft", "file_case", "follow_calendars", "log_call", "raise_severity", "reinstate", "reopen",
    "reply", "resolve", "save_draft", "standing_housekeeping", "suspend", "wait",
]
