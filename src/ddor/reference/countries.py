"""Countries by ISO 3166-1 alpha-3 code, their regions, and what ICE's own labels mean.

Codes and names come from the package `iso3166`, with Kosovo as the user-assigned XKX; "UNK" stands
for an unknown citizenship. A label of a country that has since dissolved, or of none ("USSR",
"STATELESS"), is UNK: a successor would be a guess. `data/ice_country_labels.csv` gives the reasons.
"""

from iso3166 import countries_by_alpha3

from ddor.reference.spelling import name_key
from ddor.reference.tables import rows

UNKNOWN = "UNK"

_FACTS = {row["alpha3"]: row for row in rows("countries")}
COUNTRIES: dict[str, str] = {
    alpha3: facts["plain_name"] or countries_by_alpha3[alpha3].apolitical_name
    for alpha3, facts in _FACTS.items()
} | {UNKNOWN: "Unknown"}

_BY_LABEL = (
    {name_key(country.name): alpha3 for alpha3, country in countries_by_alpha3.items()}
    | {name_key(name): alpha3 for alpha3, name in COUNTRIES.items()}
    | {name_key(row["label"]): row["alpha3"] for row in rows("ice_country_labels")}
)


def country_from_ice_label(text: str) -> str | None:
    """The alpha-3 code of a country as ICE or ISO writes it, in any case; None if not listed.

    "CHINA, PEOPLES REPUBLIC OF" -> "CHN", "UNKNOWN" -> "UNK". An empty label is not listed.
    """
    return _BY_LABEL.get(name_key(text))


# World regions by name, "Unknown" at the end.
REGIONS = (*sorted({facts["region"] for facts in _FACTS.values()}), "Unknown")


def world_region(alpha3: str) -> str:
    """The region of a key of COUNTRIES ("UNK": "Unknown"). Raises KeyError for any other code."""
    return "Unknown" if alpha3 == UNKNOWN else _FACTS[alpha3]["region"]
