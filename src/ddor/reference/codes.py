"""What the codes of requests and charges mean: the forms, offense groups and countries; and how
every list of this folder is read.

`rows` reads the CSV files of `data/` (code lists, which name their source) and of `dictionary/`
(what is published, and in which words): all values are text, a line that begins with # is a
comment. `name_key` is the key by which the look-ups compare names. Only the code lists are part of
a revision's identity: a better sentence makes no new revision.

Forms are those that ICE has used. Offense groups are the first two digits of a
four-character NCIC code; the categories that the report sorts them into are made after NIBRS
(`data/offense_categories.csv` gives the source). Countries are ISO 3166-1 alpha-3 codes, from the
package `iso3166`, with Kosovo as the user-assigned XKX; "UNK" stands for an unknown citizenship. A
label of a country that has since dissolved, or of none ("USSR", "STATELESS"), is UNK: a successor
would be a guess. `data/ice_country_labels.csv` gives the reasons.
"""

import csv
import re
import unicodedata
from pathlib import Path

from iso3166 import countries_by_alpha3

# A plain path, because importlib.resources takes longer to import than the tables to read.
DATA, DICTIONARY = Path(__file__).parent / "data", Path(__file__).parent / "dictionary"


def rows(name: str, folder: Path = DATA) -> list[dict[str, str]]:
    """The rows of `<name>.csv` in the data of this folder, or in another `folder`: column to
    text; an empty field is ""."""
    with open(folder / f"{name}.csv", encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(line for line in lines if not line.startswith("#")))


def name_key(text: str) -> str:
    """When two spellings are the same name: "ST.  PAUL" -> "saint paul", "Côte d'Ivoire" -> "cote
    divoire".

    Case, accents, punctuation and spaces do not count, an apostrophe joins, "St" is "Saint" and "&"
    is "and". Nothing else is forgiven: a misspelt name has another key.
    """
    text = re.sub("['’]", "", text.replace("&", " and ").casefold())
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return " ".join("saint" if word == "st" else word for word in re.findall("[a-z0-9]+", plain))


# Form -> what it asks: detainer (to notify and to hold), notification (notice of a release alone)
# or transfer (a voluntary transfer of custody).
FORMS = {row["form"]: row["asks"] for row in rows("forms")}

OFFENSE_GROUPS: dict[str, str] = {row["code"]: row["name"] for row in rows("offense_groups")}
_CATEGORIES = rows("offense_categories")
# Category -> its name, in the order of every table.
CATEGORIES: dict[str, str] = {row["category"]: row["name"] for row in _CATEGORIES}
# Category -> how a sentence names it: "14 for drug offenses".
CATEGORY_PHRASES = {row["category"]: row["phrase"] for row in _CATEGORIES}
_CATEGORY_OF = {group: row["category"] for row in _CATEGORIES for group in row["groups"].split()}
OTHER_OFFENSES = "other"

UNKNOWN = "UNK"
_COUNTRIES = {row["alpha3"]: row for row in rows("countries")}
COUNTRIES: dict[str, str] = {
    alpha3: facts["plain_name"] or countries_by_alpha3[alpha3].apolitical_name
    for alpha3, facts in _COUNTRIES.items()
} | {UNKNOWN: "Unknown"}
# World regions by name, "Unknown" at the end.
REGIONS = (*sorted({facts["region"] for facts in _COUNTRIES.values()}), "Unknown")
# Key of COUNTRIES -> its region.
REGION_OF = {alpha3: row["region"] for alpha3, row in _COUNTRIES.items()} | {UNKNOWN: "Unknown"}
_BY_LABEL = (
    {name_key(country.name): alpha3 for alpha3, country in countries_by_alpha3.items()}
    | {name_key(name): alpha3 for alpha3, name in COUNTRIES.items()}
    | {name_key(row["label"]): row["alpha3"] for row in rows("ice_country_labels")}
)


def form_from_ice_text(text: str) -> str | None:
    """The form that ICE's "Detainer Type" text begins with, None if it names none of FORMS.

    "I247A - Immigration Detainer - Notice of Action (as of May 2025)" -> "I-247A";
    "I247 - Immigration Detainer (prior to March 2013)" -> "I-247".
    """
    match = re.match(r"\s*I-?247([A-Z]?)\b", text.upper())
    code = f"I-247{match[1]}" if match else ""
    return code if code in FORMS else None


def offense_group(ncic_code: str) -> str | None:
    """The two-digit group of an NCIC code ("13AB" -> "13"), None if the list has no such group.

    A code that is not four characters long has no group: "0399" that lost its zero is 399, and
    its first two digits would turn an immigration charge into gambling.
    """
    group = ncic_code[:2]
    return group if len(ncic_code) == 4 and group in OFFENSE_GROUPS else None


def offense_category(group: str) -> str:
    """The category of an offense group; OTHER_OFFENSES for what is in no group of the list."""
    return _CATEGORY_OF.get(group, OTHER_OFFENSES)


def country_from_ice_label(text: str) -> str | None:
    """The alpha-3 code of a country as ICE or ISO writes it, in any case; None if not listed.

    "CHINA, PEOPLES REPUBLIC OF" -> "CHN", "UNKNOWN" -> "UNK". An empty label is not listed.
    """
    return _BY_LABEL.get(name_key(text))
