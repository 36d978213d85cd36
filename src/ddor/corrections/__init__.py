"""Disputes of published figures and corrections of rows: what `params/corrections/` holds.

records.py says what a record is; read.py reads and judges the files, apply.py corrects an extract.
Not here: how a page shows a dispute (report/, archive/).
"""

from ddor.corrections.apply import CorrectionStale, corrected
from ddor.corrections.read import CorrectionsInvalid, check_agencies, read_corrections
from ddor.corrections.records import (
    FIGURES,
    GROUNDS,
    STATUSES,
    UPHELD,
    Action,
    Record,
    canonical,
    flagged,
    flags_for,
    from_plain,
    to_plain,
)
from ddor.corrections.told import identifier

__all__ = [
    "FIGURES", "GROUNDS", "STATUSES", "UPHELD", "Action", "CorrectionStale",
    "CorrectionsInvalid", "Record", "canonical", "check_agencies", "corrected", "flagged", "flags_for",
    "from_plain", "identifier", "read_corrections", "to_plain",
]  # fmt: skip
