"""A vendor's support programme as data: read, checked, and answered from. The format is in docs/reference."""

from garant.core.programmes.document import read_programme
from garant.core.programmes.holidays import Almanac
from garant.core.programmes.nodes import Problem
from garant.core.programmes.programme import Programme
from garant.core.programmes.shown import shown
from garant.core.programmes.terms import ProgrammeTerms
from garant.core.programmes.values import (
    Allotment,
    CalendarSpec,
    Channel,
    Deliverable,
    EscalationPolicy,
    EscalationStep,
    Note,
    Package,
    Reading,
    Region,
    RequestType,
    Row,
    RowGroup,
    RowValue,
    Severity,
    SeverityRule,
    StandingRule,
    Text,
    Wait,
    said,
)
from garant.core.programmes.words import STANDARD_ROWS

__all__ = [
    "STANDARD_ROWS",
    "Allotment",
    "Almanac",
    "CalendarSpec",
    "Channel",
    "Deliverable",
    "EscalationPolicy",
    "EscalationStep",
    "Note",
    "Package",
    "Problem",
    "Programme",
    "ProgrammeTerms",
    "Reading",
    "Region",
    "RequestType",
    "Row",
    "RowGroup",
    "RowValue",
    "Severity",
    "SeverityRule",
    "StandingRule",
    "Text",
    "Wait",
    "read_programme",
    "said",
    "shown",
]
