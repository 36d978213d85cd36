"""What became of a run is told to people, as the parameter `notify` says (docs/automation.md):

    notify: /usr/local/bin/tell              a command, which reads the message as JSON
    notify: https://chat.example.org/hook    a webhook, to which it is sent as JSON
    notify: smtp://host:587/?from=a@example.org&to=b@example.org    a mail; smtps:// by TLS

A message is sent where something was published, or waits, or failed, or is missing, and where no
week could be looked for. It says that, and not why: what a run says of rows is for whoever may see
them. If it cannot be sent, the job says so and goes on.
"""

import json
import smtplib
import ssl
import subprocess
import urllib.parse
import urllib.request
from collections import Counter
from collections.abc import Sequence
from email.message import EmailMessage

from ddor.errors import reason_of, without_secrets
from ddor.jobs.order import Result

SECONDS, MOST = 30, 50
TOLD = ("published", "held", "failed", "missing")


def notify(to: str, results: Sequence[Result], exit_code: int, waiting: str) -> str:
    """-> why it could not be sent, "" where it was, or there was nothing to tell."""
    told = [each for each in results if each.status in TOLD]
    if not to or not (told or exit_code):
        return ""
    counts = Counter(each.status for each in told)
    numbers = [f"{number} {status}" for status, number in counts.items()]
    subject = "DDOR: " + (", ".join(numbers) or "the job stopped before any week")
    lines = []
    for each in told[:MOST]:
        page = each.page if each.status == "published" else ""  # others are private
        lines.append(each.plain("status", "revision", "because") | {"page": page})
    content = {"subject": subject, "exit_code": exit_code, "waiting": waiting, "reports": lines}
    try:
        _send(to, subject, content)
    except Exception as error:  # whatever it is, the run has done its work
        return without_secrets(f"the notification could not be sent: {reason_of(error)}")
    return ""


def _send(to: str, subject: str, content: dict) -> None:
    data = json.dumps(content).encode()
    scheme = to.partition("://")[0].lower()
    if scheme in ("http", "https"):
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(to, data, headers)
        urllib.request.urlopen(request, timeout=SECONDS).close()
    elif scheme in ("smtp", "smtps"):
        _mail(urllib.parse.urlsplit(to), subject, content)
    else:
        ran = subprocess.run(to, shell=True, input=data, stdout=subprocess.DEVNULL, timeout=SECONDS)
        if ran.returncode:  # without the command, which may hold a password
            raise OSError(f"the command ended with {ran.returncode}")


def _mail(to: urllib.parse.SplitResult, subject: str, content: dict) -> None:
    message, asked = EmailMessage(), urllib.parse.parse_qs(to.query)
    message["Subject"] = subject
    message["From"], message["To"] = (", ".join(asked[key]) for key in ("from", "to"))
    lines = [f"exit code {content['exit_code']}", content["waiting"]]
    for each in content["reports"]:
        named = next(iter(each.values()))
        lines += ["", f"{named} {each['status']} {each['because']}".strip(), each["page"]]
    message.set_content("\n".join([*lines, "", "ddor status tells what has to be done"]) + "\n")
    place, context = (to.hostname or "", to.port or 0), ssl.create_default_context()
    with (
        smtplib.SMTP_SSL(*place, timeout=SECONDS, context=context)
        if to.scheme == "smtps"
        else smtplib.SMTP(*place, timeout=SECONDS)
    ) as server:
        if to.scheme == "smtp" and server.has_extn("starttls"):
            server.starttls(context=context)
        elif to.scheme == "smtp" and to.username:
            raise OSError("the server offers no TLS, and a password would be readable")
        if to.username:
            server.login(to.username, urllib.parse.unquote(to.password or ""))
        server.send_message(message)
