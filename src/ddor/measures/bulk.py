"""Declines that were recorded in bulk (E8), apart from the others for the trend.

In 2017 a county's backlog of years was recorded on one day: such a week says nothing of how many
people were released in it, whoever published it after a look.
"""

from ddor.measures.figures import Counts

CHECK = "E8"


def bulk_recorded(counts: Counts) -> dict[str, int]:
    """agency_id -> declines of its published line, of each agency that E8 named, or that a person
    cleared of it. Nothing for an agency without a line."""
    agency_of = counts.status.set_index("request_id")["agency_id"]
    cleared = counts.cleared
    named = {*agency_of.loc[counts.shown[CHECK].index]}
    named |= {*cleared.loc[cleared["check"] == CHECK, "subject"]}
    listed = counts.declined_by_agency
    listed = listed[listed["agency_id"].isin(named) & (listed["declined"] > 0)]
    return {line.agency_id: int(line.declined) for line in listed.itertuples()}
