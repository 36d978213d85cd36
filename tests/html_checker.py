"""What the Nu Html Checker says of pages, but for what it mistakes."""

import json
import re
import subprocess
from collections import Counter
from pathlib import Path

from conftest import vnu_jar

# The checker reads files, which have no origin, so that it takes what lies beside a page for
# another site's; and it takes a block of data for a script, which a policy does not touch.
MISTAKEN = re.compile(
    r"Resource violates Content Security Policy \(meta tag\): external (stylesheet|script) "
    r"“(\.\.?/)+assets/[a-z]+-[0-9a-f]{8}\.(css|js)” blocked by “(style|script)-src” directive\."
    r"|Resource violates Content Security Policy \(meta tag\): image “(r\d+/)?[a-z-]+\.svg” "
    r"blocked by “img-src” directive\."
    r"|Inline script violates Content Security Policy \(meta tag\): .*"
)
# Half the time: the checker is done before Java's second compiler has gained anything.
JAVA = "-Xss4m -XX:TieredStopAtLevel=1 -XX:+UseSerialGC".split()


def told_of(*paths: Path) -> Counter:
    """Message -> how often, of these pages or of all in these folders, with their style."""
    options = "--skip-non-html --also-check-css --stdout --format json".split()
    command = ["java", *JAVA, "-jar", str(vnu_jar()), *options, *map(str, paths)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    found = json.loads(done.stdout)["messages"]
    assert found, "it says so where it is mistaken: else it has read nothing"
    kinds = [each.get("subType", each["type"]) for each in found]
    assert {*kinds} <= {"error", "warning", "info", "fatal"}
    return Counter(
        each["message"]
        for each, kind in zip(found, kinds, strict=True)
        if kind != "info" and not MISTAKEN.fullmatch(each["message"])
    )
