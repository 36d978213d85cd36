"""The request forms ICE has used, and the form that a line of ICE's text names (DOMAIN 1)."""

import re
from typing import NamedTuple


class Form(NamedTuple):
    """kind: detainer (asks to notify and to hold), notification (asks only for notice of a
    release) or transfer (asks for a voluntary transfer of custody)."""

    code: str
    kind: str
    title: str


FORMS: dict[str, Form] = {
    form.code: form
    for form in (
        Form("I-247", "detainer", "Immigration detainer, until 2015"),
        Form("I-247A", "detainer", "Immigration detainer, from April 2017"),
        Form("I-247D", "detainer", "Immigration detainer, request for voluntary action"),
        Form("I-247G", "notification", "Request for advance notification of release"),
        Form("I-247N", "notification", "Request for voluntary notification of release"),
        Form("I-247X", "transfer", "Request for voluntary transfer"),
    )
}


def form_from_ice_text(text: str) -> str | None:
    """The form that ICE's "Detainer Type" text begins with, None if it names none of FORMS.

    "I247A - Immigration Detainer - Notice of Action (as of May 2025)" -> "I-247A";
    "I247 - Immigration Detainer (prior to March 2013)" -> "I-247".
    """
    match = re.match(r"\s*I-?247([A-Z]?)\b", text.upper())
    code = f"I-247{match[1]}" if match else ""
    return code if code in FORMS else None
