"""Disputes of published figures and corrections of rows: what `params/corrections/` holds.

records.py says what a record is; read.py reads and judges the files, apply.py corrects an extract.
Not here: how a page shows a dispute (report/, archive/).
"""

from ddor.corrections.apply import CorrectionStale, corrected
from ddor.corrections.read import CorrectionsInvalid, read_corrections
from ddor.corrections.records import (
    FIGURES,
    GROUNDS,
    STATUSES,
    Action,
    Record,
    canonical,
    flags_for,
    from_plain,
    to_plain,
)
from ddor.corrections.told import identifier

__all__ = [
    "FIGURES", "GROUNDS", "STATUSES", "Action", "CorrectionStale", "CorrectionsInvalid", "Record",
    "canonical", "corrected", "flags_for", "from_plain",
    "identifier", "read_corrections", "to_plain",
]  # fmt: skip
