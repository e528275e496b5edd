"""Every act on cases. Each is one transaction, locks the case first, and either is written down whole or refused."""

from garant.cases.operations_adopting import adopt_case, confirm_sender
from garant.cases.operations_answering import add_customer_message, add_note, log_call, reply
from garant.cases.operations_drafts import drop_draft, save_draft, save_unsent
from garant.cases.operations_escalating import (
    acknowledge_escalation,
    end_escalation,
    escalate,
    hand_over_escalation,
)
from garant.cases.operations_files import drop_file, drop_old_files, hold_file
from garant.cases.operations_filing import file_case
from garant.cases.operations_handling import assign, close, reopen, resolve, wait
from garant.cases.operations_links import (
    follow_case,
    link_cases,
    merge_case,
    split_case,
    unfollow_case,
    unlink_cases,
)
from garant.cases.operations_report import (
    answer_reproduction,
    ask_to_reproduce,
    record_reproduction,
    verify_report,
)
from garant.cases.operations_resolution import confirm_resolution, rate_case, reject_resolution
from garant.cases.operations_severity import (
    accept_severity,
    change_severity,
    lapse_proposals,
    propose_severity,
    reject_severity,
    withdraw_severity,
)
from garant.cases.operations_silence import close_silent
from garant.cases.operations_standing import admit, reinstate, standing_housekeeping, suspend
from garant.cases.operations_terms import change_contract, change_package, follow_calendars, raise_severity
from garant.cases.views import Done, Filed

__all__ = [
    "Done",
    "Filed",
    "accept_severity",
    "acknowledge_escalation",
    "add_customer_message",
    "add_note",
    "admit",
    "adopt_case",
    "answer_reproduction",
    "ask_to_reproduce",
    "assign",
    "change_contract",
    "change_package",
    "change_severity",
    "close",
    "close_silent",
    "confirm_resolution",
    "confirm_sender",
    "drop_draft",
    "drop_file",
    "drop_old_files",
    "end_escalation",
    "escalate",
    "file_case",
    "follow_calendars",
    "follow_case",
    "hand_over_escalation",
    "hold_file",
    "lapse_proposals",
    "link_cases",
    "log_call",
    "merge_case",
    "propose_severity",
    "raise_severity",
    "rate_case",
    "record_reproduction",
    "reinstate",
    "reject_resolution",
    "reject_severity",
    "reopen",
    "reply",
    "resolve",
    "save_draft",
    "save_unsent",
    "split_case",
    "standing_housekeeping",
    "suspend",
    "unfollow_case",
    "unlink_cases",
    "verify_report",
    "wait",
    "withdraw_severity",
]
