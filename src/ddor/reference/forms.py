"""The request forms ICE has used, and the form that a line of ICE's text names (DOMAIN 1)."""

import re

from ddor.reference.tables import rows

# Form -> what it asks: detainer (to notify and to hold), notification (notice of a release alone)
# or transfer (a voluntary transfer of custody).
FORMS = {row["form"]: row["asks"] for row in rows("forms")}


def form_from_ice_text(text: str) -> str | None:
    """The form that ICE's "Detainer Type" text begins with, None if it names none of FORMS.

    "I247A - Immigration Detainer - Notice of Action (as of May 2025)" -> "I-247A";
    "I247 - Immigration Detainer (prior to March 2013)" -> "I-247".
    """
    match = re.match(r"\s*I-?247([A-Z]?)\b", text.upper())
    code = f"I-247{match[1]}" if match else ""
    return code if code in FORMS else None
