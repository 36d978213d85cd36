"""The forms in which ICE's records were released: each is recognized, read and accounted for, with
the traps that it has."""

import csv
import datetime as dt
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pyreadstat
import pytest
from extract_factory import request
from frames import case_of, inputs_of
from test_foia import ICE_FIELDS, WEEK, detainer, ice_title

from ddor.calendar import Week
from ddor.errors import ExtractInvalid, NeedsCorrection, UsageError
from ddor.extract.model import About
from ddor.extract.read import read_extract
from ddor.importers.foia.importer import Asked, import_foia
from ddor.importers.foia.tables import FORMS
from ddor.maintained.directory import add_agencies, read_agencies
from ddor.report.week import WeeklyReport

HEAD = "agency_id,name,level,state,county_fips,area,weekly_requests,same_as\n"
G = "Detainer Most Serious"
# Form -> field -> its title, where it is not the field's own name; "" for one that the form lacks.
FORM_TITLES = {
    "the ICE workbook of August 2026": {
        "detainer_prepare_date": "Detainer Prepared Date",
        "facility_state": "State",
        "facility_aor": "AOR",
        "msc_sentence_days": "Sentence Days",
        "msc_sentence_months": "Sentence Months",
        "msc_sentence_years": "Sentence Years",
        "most_serious_conviction_charge": "MSC Charge",
        "anonymized_identifier": "Anonymized Unique Identifier",
    },
    "an ICE workbook of 2025": {
        "most_serious_conviction_charge": "Most Serious Conviction (MSC) Charge",
        "anonymized_identifier": "Unique Identifier",
    },
    "the ICE workbook of March 2026": {
        "detainer_prepared_criminality": "Detainer Criminality",
        "detention_facility": "Detainer Facility",
        "detention_facility_code": "Detainer Facility Code",
        "most_serious_conviction_charge": "MSC Charge",
    },
    "the Deportation Data Project's detainers-historical": {
        "detainer_prepare_date": "prepare_date",
        "anonymized_identifier": "unique_identifier",
        **{
            field: field.replace("msc_", "most_serious_conviction_")
            for field in ICE_FIELDS
            if field.startswith("msc_")
        },
    },
    "TRAC's release 2025-ICFO-18038": {
        "facility_state": "",
        "facility_aor": "Detainer AOR",
        "detention_facility": "Detainer Detention Facility",
        "detention_facility_code": "Detainer Detention Facility Code",
        "most_serious_conviction_charge": f"{G} Conviction Charge",
        "anonymized_identifier": "Alien Number Unique Identifier",
        **{
            field: f"{G} Conviction {field[4:].replace('_', ' ').title()}"
            for field in ICE_FIELDS
            if field.startswith("msc_")
        },
    },
}


def rows_200() -> list[dict]:
    """Of two weeks and three facilities, with repeats of one person at one place."""
    reasons = ("Detainer Declined by LEA", "Booked into Detention", "", "Case Closed")
    return [
        detainer(
            detainer_prepare_date=f"2026-02-{7 + number % 14:02}",
            detention_facility_code=("MNCFSTC", "MNHENAD", "MNRAMSE")[number % 3],
            detainer_lift_reason=reasons[number % 4],
            anonymized_identifier=f"p{number // 2 if number < 20 else number}",
        )
        for number in range(200)
    ]


def imported(tmp_path: Path, *files: Path, weeks=(WEEK, WEEK.next), **more):
    directory = tmp_path / "agencies.csv"
    if not directory.exists():
        lines = [f"{code},{code},county,MN,,,,\n" for code in ("MNCFSTC", "MNHENAD", "MNRAMSE")]
        directory.write_text(HEAD + "".join(lines))
    options = {"replace": True, "as_of": dt.date(2026, 3, 11)} | more
    summary = import_foia(files, Asked([*weeks], f"{tmp_path}/out/{{week}}", directory, **options))
    assert summary.read == summary.kept + summary.outside + summary.set_aside.total() > 0
    return summary


def requests_of(tmp_path: Path, week: Week = WEEK) -> pd.DataFrame:
    return pd.read_csv(tmp_path / "out" / str(week) / "requests.csv", dtype="str").fillna("")


def titled(rows: list[dict], form: str) -> pd.DataFrame:
    titles = {field: FORM_TITLES[form].get(field, ice_title(field)) for field in ICE_FIELDS}
    if form.startswith("the Deportation"):
        titles = {field: FORM_TITLES[form].get(field, field) for field in ICE_FIELDS}
    elif form != "the ICE workbook of March 2026":
        own = {
            f: f.replace("_", " ").title()
            for f in (
                "detention_facility",
                "detention_facility_code",
                "detainer_prepared_criminality",
            )
        }
        titles |= {field: FORM_TITLES[form].get(field, title) for field, title in own.items()}
    frame = pd.DataFrame(rows).reindex(columns=list(titles)).rename(columns=titles)
    return frame.drop(columns="", errors="ignore")


@pytest.mark.parametrize("form", FORM_TITLES)
def test_each_form_is_recognized_and_gives_the_same_requests(tmp_path, form):
    frame = titled(rows_200(), form)
    frame.insert(0, "Subject Name", "SECRET PERSON")
    with (tmp_path / "file.txt").open("w", newline="") as file:
        file.write("Enforcement and Removal Operations\n\n")  # a preamble, of another width
        frame.to_csv(file, index=False, sep="|" if "ICE" in form else "\t")
    summary = imported(tmp_path, tmp_path / "file.txt")
    assert [table.name for table in summary.tables.values()] == [form]
    assert (summary.read, summary.outside) == (200, 0)
    written = pd.concat([requests_of(tmp_path, week) for week in (WEEK, WEEK.next)])
    assert Counter(written["outcome"]) == Counter(
        {"declined": 50, "honored": 50, "pending": 50, "withdrawn": 50}
    )
    assert set(written["state"]) == {"MN"} and set(written["area"]) == {"St. Paul"}
    assert "SECRET" not in "".join(f.read_text() for f in tmp_path.glob("out/*/*"))


def test_every_form_is_told_from_the_others():
    for form in FORMS:
        assert (
            next(f for f in FORMS if f.signs <= form.signs and not f.not_signs & form.signs) is form
        )


def test_of_a_field_under_two_titles_the_first_filled_one_of_a_row_counts(tmp_path):
    rows = pd.DataFrame(rows_200())
    for field, other in (
        ("detention_facility_code", "detainer_facility_code"),
        ("detention_facility", "detainer_facility"),
    ):
        rows[other] = rows[field].where(rows.index % 2 == 0)
        rows[field] = rows[field].where(rows.index % 2 == 1, " N/A ")
    rows.to_csv(tmp_path / "merged.csv", index=False)
    summary = imported(tmp_path, tmp_path / "merged.csv")
    assert summary.kept == 200
    assert [form.name for form in summary.tables.values()] == [
        "the ice-database, several releases merged"
    ]


FEBRUARY_9 = (
    "2026-02-09", "2026-02-09T00:00:00Z", "2026-02-09 00:00:00+00:00", "2/9/2026", "02/09/26",
    "2/9/2026 12:00:00 AM", "2026/02/09", "2026/2/9 0:00", "20260209", "2026-2-9", "2026-02-09Z",
    "09FEB2026:00:00:00.000", "2026-02-09 00:00:00-05:00", "2026-02-09 00:00:00 UTC",
    "9-Feb-26", "09FEB2026", "09FEB26", "46062", "02/09/2026 12:00 AM", "46062.0",
)  # fmt: skip


def test_a_date_is_read_in_every_form_that_a_release_has(tmp_path):
    rows = [
        detainer(detainer_prepare_date=said, detention_facility=said, anonymized_identifier=said)
        for said in FEBRUARY_9
    ]
    pd.DataFrame(rows).to_csv(tmp_path / "a.csv", index=False)
    imported(tmp_path, tmp_path / "a.csv")
    read = requests_of(tmp_path).set_index("agency_name")["issued_at"].to_dict()
    assert read == dict.fromkeys(FEBRUARY_9, "2026-02-09")


def test_what_is_no_date_is_told_by_how_it_looks_and_a_control_character_is_left_out(tmp_path):
    rows = [detainer(detainer_prepare_date="Feb 9 JANE"), detainer(detention_facility="A\x07 JAIL")]
    pd.DataFrame(rows).to_csv(tmp_path / "a.csv", index=False)
    said = str(imported(tmp_path, tmp_path / "a.csv"))
    assert "look like AAA 9 AAAA" in said and "JANE" not in said
    assert requests_of(tmp_path)["agency_name"].tolist() == ["A JAIL"]
    assert read_extract(str(tmp_path / "out" / str(WEEK)), WEEK, cohort="issued")


def test_stata_spss_and_feather_are_read_as_the_text_is(tmp_path):
    frame = pd.DataFrame(rows_200()).drop(columns="gender").fillna("")
    frame["duplicate_drop_row"] = [1.0 if number % 50 == 0 else 0.0 for number in range(200)]
    frame["detainer_prepare_date"] = pd.to_datetime(frame["detainer_prepare_date"])
    frame.to_csv(tmp_path / "a.csv", index=False)
    frame.to_feather(tmp_path / "a.feather")
    # Of the flag one value has a label, and the other none.
    flag = {"duplicate_drop_row": {1: "TRUE"}}
    frame.to_stata(tmp_path / "a.dta", write_index=False, version=118, value_labels=flag)
    pyreadstat.write_sav(frame, tmp_path / "a.sav", variable_value_labels=flag)
    found = []
    for name in ("a.csv", "a.feather", "a.dta", "a.sav"):
        summary = imported(tmp_path, tmp_path / name)
        assert summary.set_aside.total() == 4
        found.append(requests_of(tmp_path))
    for other in found[1:]:
        pd.testing.assert_frame_equal(found[0], other)


def test_a_likely_duplicate_is_no_reason_and_one_of_each_group_is_kept(tmp_path):
    """The republisher marks every row of a group, the one to keep too."""
    again = {"anonymized_identifier": "p1", "duplicate_likely": "True"}
    rows = [
        detainer(**again),
        detainer(**again, detainer_lift_reason="Case Closed"),
        detainer(**again, detention_facility_code="MNHENAD"),  # two jails are two requests
        detainer(**again, detainer_type="I247G - Request for Advance Notification of Release"),
        detainer(duplicate_likely="1", anonymized_identifier=None),
    ]
    pd.DataFrame(rows).to_csv(tmp_path / "a.csv", index=False)
    summary = imported(tmp_path, tmp_path / "a.csv")
    assert (summary.kept, summary.set_aside.total()) == (4, 1)
    drop = [row | {"duplicate_drop_row": n == 0} for n, row in enumerate(rows)]
    pd.DataFrame(drop).to_csv(tmp_path / "b.csv", index=False)
    assert imported(tmp_path, tmp_path / "b.csv").set_aside.total() == 1
    assert "withdrawn" in set(requests_of(tmp_path)["outcome"]), "the file says which to drop"


def test_the_release_that_has_dates_of_lifting_gives_weeks_of_recording_and_pending_charges(
    tmp_path,
):
    rows = titled(rows_200()[:14], "TRAC's release 2025-ICFO-18038")
    rows["Detainer Lift Date"] = "2026-02-16"
    rows.loc[1, "Detainer Lift Date"] = ""
    rows[f"{G} Pending Charge Code"], rows[f"{G} Pending Charge"] = "1399", "Assault"
    rows.loc[[2, 3], f"{G} Pending Charge Code"] = "13995"
    rows.to_csv(tmp_path / "g.csv", index=False)
    summary = imported(tmp_path, tmp_path / "g.csv", recorded=True)
    assert dict(summary.set_aside) == {"an outcome without a date of lifting (--recorded)": 1}
    assert "on record for 10 of 10 outcomes" in str(summary)
    for week in (WEEK, WEEK.next):
        read_extract(str(tmp_path / "out" / str(week)), week)  # valid under cohort: recorded
    recorded = requests_of(tmp_path, WEEK.next)
    assert set(recorded["outcome_recorded_at"]) == {"2026-02-16", ""}
    assert set(recorded["issued_at"]) & {"2026-02-10"}, "issued the week before"
    charges = pd.read_csv(tmp_path / "out" / str(WEEK) / "charges.csv", dtype="str")
    made = Counter(charges["disposition"])
    assert made["convicted"] - made["charged"] == 2 < made["charged"]
    (unread,) = [n for note, n in summary.notes.items() if note.startswith("pending charge codes")]
    assert unread == 2


def test_a_form_without_codes_needs_a_file_of_facilities_which_is_proposed(tmp_path):
    head = (
        "Prepare Date,Detainer Lift Reason,Detainer Detention Facility,City,State,Detainer Type\n"
    )
    lines = (
        "02/09/26,Booked into Detention,STEARNS COUNTY JAIL,,MN,I247G - Request\n"
        "02/10/26,Detainer Declined by LEA,STEARNS COUNTY JAIL,,WI,I247A - Detainer\n"
        "02/10/12,Detainer Declined by LEA,HENNEPIN ADC,,MN,\n"
    )
    (tmp_path / "npr.txt").write_text(head + lines)
    wrong = tmp_path / "wrong.csv"
    wrong.write_text("name,state,agency_id\nA,Minesota,MNA1\nB,MN,mn-b\nC,MN,MNCC\nD,WI,MNCC\n")
    with pytest.raises(ExtractInvalid) as refused:
        imported(tmp_path, tmp_path / "npr.txt", facilities=wrong)
    for place in ("row 2, state", "row 3, agency_id", "row 5, state"):
        assert place in str(refused.value)
    wrong.write_text("name,state,agency_id\nHENNEPIN ADC,MN,MNHENAD\nHENNEPIN ADC,MN,MNHENXX\n")
    with pytest.raises(ExtractInvalid, match="none kept"):  # one of the two would be a guess
        imported(tmp_path, tmp_path / "npr.txt", facilities=wrong)
    proposed = tmp_path / "proposed.csv"
    with pytest.raises(ExtractInvalid, match="NPR's files of fiscal years 2008 to 2015.*no codes"):
        imported(tmp_path, tmp_path / "npr.txt", proposals=proposed)
    text = proposed.read_text(encoding="utf-8-sig")
    assert ",,STEARNS COUNTY JAIL,county,MN,27145,St. Paul,,,1,sure," in text
    proposed.write_text(
        text.replace(
            ",,STEARNS COUNTY JAIL,county,MN", ",MNSTEAR,STEARNS COUNTY JAIL,county,MN"
        ).replace(",,HENNEPIN ADC", ",MNHENAD,HENNEPIN ADC")
    )
    weeks = (WEEK, Week(dt.date(2012, 2, 4)))
    alone = tmp_path / "alone.csv"  # of a name in one state, which is another's in another
    alone.write_text(
        "name,state,agency_id\nSTEARNS COUNTY JAIL,MN,MNSTEAR\nHENNEPIN ADC,MN,MNHENAD\n"
    )
    kept = imported(tmp_path, tmp_path / "npr.txt", weeks=weeks, facilities=alone)
    assert (kept.kept, kept.set_aside.total()) == (2, 1)
    assert set(requests_of(tmp_path)["state"]) == {"MN"}
    with pytest.raises(UsageError, match="is there already; name another --propose"):
        imported(tmp_path, tmp_path / "npr.txt", weeks=weeks, proposals=proposed)
    summary = imported(tmp_path, tmp_path / "npr.txt", weeks=weeks, facilities=proposed)
    assert (summary.kept, summary.set_aside.total()) == (2, 1)
    assert "STEARNS COUNTY JAIL (WI)" in str(summary), "the other one is named"
    (old,) = requests_of(tmp_path, weeks[1]).to_dict("records")
    assert (old["form"], old["agency_id"]) == ("I-247", "MNHENAD")
    # Neither an analyst's word for a state nor an unknown state makes a namesake of it.
    (tmp_path / "foia_words.csv").write_text("field,word,becomes\nfacility_state,N.MEXICO,NM\n")
    for state in ("N.MEXICO", "UN"):
        (tmp_path / "npr.txt").write_text(
            head + lines.splitlines()[0].replace("MN,I", f"{state},I")
        )
        proposed.unlink(missing_ok=True)
        with pytest.raises(ExtractInvalid, match="none kept.*proposed.csv, which was written"):
            imported(tmp_path, tmp_path / "npr.txt", facilities=alone, proposals=proposed)
        assert "STEARNS COUNTY JAIL" in proposed.read_text(encoding="utf-8-sig")


def test_accepted_proposals_are_added_to_the_directory_all_or_none(tmp_path):
    rows = [detainer(detention_facility_code="MNSTEAR", detention_facility="STEARNS COUNTY JAIL")]
    pd.DataFrame(rows).to_csv(tmp_path / "a.csv", index=False)
    proposed, directory = tmp_path / "p.csv", tmp_path / "agencies.csv"
    imported(tmp_path, tmp_path / "a.csv", proposals=proposed)
    assert add_agencies(directory, proposed) == [], "nothing is accepted yet"
    text = proposed.read_text(encoding="utf-8-sig")
    proposed.write_text(text.replace(",MNSTEAR,", "yes,MNSTEAR,").replace("27145", "99999"))
    before = directory.read_text()
    with pytest.raises(NeedsCorrection, match=r"p.csv row 2, county_fips"):
        add_agencies(directory, proposed)
    assert directory.read_text() == before
    proposed.write_text(text.replace(",MNSTEAR,", "Yes,MNSTEAR,"))
    lines = csv.DictReader(directory.read_text().splitlines())
    other = pd.DataFrame(lines)[
        ["name", "agency_id", "state", *HEAD.strip().split(",")[4:], "level"]
    ]
    other.to_csv(directory, index=False)  # its columns may stand in any order
    assert add_agencies(directory, proposed) == ["MNSTEAR"]
    added = read_agencies(directory).set_index("agency_id").loc["MNSTEAR"]
    assert (added["level"], added["county_fips"]) == ("county", "27145")
    with pytest.raises(NeedsCorrection, match="which the directory has"):
        add_agencies(directory, proposed)
    rows += [detainer(detention_facility_code="MNSTERN", detention_facility="STERNS CO. JAIL")]
    rows += [detainer(detention_facility_code="MNCITY", detention_facility="ELK RIVER")] * 2
    rows += [
        detainer(
            detention_facility_code="MNLOST",
            detention_facility=name,
            facility_state="UN",
            facility_aor="HQ",
        )
        for name in ("LOST JAIL", "LOST CO JAIL")
    ]
    pd.DataFrame(rows).to_csv(tmp_path / "a.csv", index=False)
    imported(tmp_path, tmp_path / "a.csv", proposals=tmp_path / "q.csv")
    lines = pd.read_csv(tmp_path / "q.csv", dtype="str", keep_default_na=False)
    sure = list(lines["how_sure"])
    assert sorted(lines["agency_id"]) == ["MNCITY", "MNLOST", "MNSTERN"]
    assert sure == sorted(sure, key=["sure", "likely", "unknown"].index)
    near = lines.set_index("agency_id")["nearly_the_same_as"]["MNSTERN"]
    assert near == "STEARNS COUNTY JAIL (MNSTEAR)", "which the directory has by now"


def test_a_week_between_files_is_a_part_and_a_date_to_come_ends_nothing(tmp_path):
    def of(name: str, *days: str) -> Path:
        rows = [detainer(detainer_prepare_date=day, file_original="") for day in days]
        pd.DataFrame(rows).to_csv(tmp_path / name, index=False)
        return tmp_path / name

    files = of("fy23.csv", "2023-09-20", "2023-09-30"), of("fy25.csv", "2024-10-01", "2024-10-30")
    weeks = [Week(dt.date(2023, 9, 30)), Week(dt.date(2024, 9, 28)), Week(dt.date(2024, 10, 26))]
    written = imported(tmp_path, *files, weeks=weeks, as_of=dt.date(2024, 11, 9)).written
    assert [bool(each.part) for each in written] == [True, True, True]
    next_year = of("fy24.csv", "2023-10-02", "2024-09-30")
    written = imported(tmp_path, *files, next_year, weeks=weeks, as_of=dt.date(2024, 11, 9)).written
    assert [bool(each.part) for each in written] == [False, False, True]
    stray = of("a.csv", "2024-10-26", "2024-10-30", "2062-02-11")
    summary = imported(tmp_path, stray, weeks=weeks, as_of=None)
    assert summary.as_of == dt.date(2024, 10, 30) and summary.written[0].part
    assert summary.set_aside.total() == 1


def test_two_releases_tell_what_was_declined_between_them(tmp_path):
    def of(person: str, reason: str, **more) -> dict:
        return detainer(anonymized_identifier=person, detainer_lift_reason=reason, **more)

    declined = "Detainer Declined by LEA"
    old = [of("a", ""), of("b", ""), of("c", ""), of("d", declined), of("e", ""), of(None, "")]
    old += [of("f", ""), of("f", "", detainer_type="I247G - Request")]
    new = [of("a", declined), of("b", "Case Closed"), of("c", ""), of("d", declined)]
    new += [of("f", declined), of(None, declined)]
    new += [of("g", declined, detainer_prepare_date="02/11/2026 03:10 PM")]  # one with a time
    pd.DataFrame(old).assign(file_original="").to_csv(tmp_path / "old_20260215.csv", index=False)
    pd.DataFrame(new).to_csv(tmp_path / "new.csv", index=False)
    summary = imported(tmp_path, tmp_path / "new.csv", before=[tmp_path / "old_20260215.csv"])
    day, _, fates = summary.earlier
    assert day == dt.date(2026, 2, 15) and sum(fates.values()) == 7
    by_hand = {
        "declined": 1,
        "withdrawn": 1,
        "pending": 1,
        "not in": 1,
        "without": 1,
        "ambiguous": 2,
    }
    assert {
        word: n for word in by_hand for fate, n in fates.items() if fate.startswith(word)
    } == by_hand
    assert "Of the requests kept, recorded as declined between 2026-02-15 and 2026-03-11" in str(
        summary
    )
    extract = read_extract(str(tmp_path / "out" / str(WEEK)), WEEK, cohort="issued")
    assert extract.about.pending_on == day and len(extract.about.newly_declined.split()) == 1
    with pytest.raises(UsageError, match="expected an earlier release"):
        imported(tmp_path, tmp_path / "old_20260215.csv", before=[tmp_path / "new.csv"], as_of=None)


def test_the_page_says_that_it_is_part_of_a_week_and_what_was_declined_between_two_releases():
    rows = [
        request(request_id=f"r{n}", issued_at="2017-02-13", outcome="declined") for n in range(3)
    ]
    days = (dt.date(2017, 3, 1), dt.date(2017, 2, 15))
    about = About(days[0], "x", False, None, days[1], days[1], "r0 r2 another")
    case = case_of(rows, cohort="issued")
    inputs = inputs_of(replace(case, extract=replace(case.extract, about=about)))
    phrases = WeeklyReport(inputs).phrases()
    assert "This is part of a week:" in phrases.key_declined
    assert "holds no request issued after February 15, 2017." in " ".join(
        phrases.key_declined.split()
    )
    assert (
        "Of these, 2 were recorded as declined between February 15, 2017 and March 1, 2017"
        in " ".join(phrases.recorded.split())
    )


def test_an_extract_of_other_files_is_not_replaced_unless_asked(tmp_path):
    pd.DataFrame([detainer()]).to_csv(tmp_path / "a.csv", index=False)
    pd.DataFrame([detainer(gender="F")]).to_csv(tmp_path / "b.csv", index=False)
    imported(tmp_path, tmp_path / "a.csv", replace=False)
    imported(tmp_path, tmp_path / "a.csv", replace=False)  # the same file again
    with pytest.raises(UsageError, match="is there already, from ICE detainer records .*a.csv"):
        imported(tmp_path, tmp_path / "b.csv", replace=False)
    imported(tmp_path, tmp_path / "b.csv")


def test_where_nothing_is_kept_the_import_ends_with_why(tmp_path):
    pd.DataFrame([detainer(detainer_prepare_date="soon"), detainer()]).to_csv(
        tmp_path / "a.csv", index=False
    )
    with pytest.raises(
        ExtractInvalid, match="2 rows, none kept: 1 the prepare date .* 1 of other weeks"
    ):
        imported(tmp_path, tmp_path / "a.csv", weeks=(WEEK.next,))
    (tmp_path / "a.csv").write_text(",".join(detainer()) + "\n")
    with pytest.raises(ExtractInvalid):
        import_foia(
            [tmp_path / "a.csv"],
            Asked(
                [WEEK], str(tmp_path / "o"), tmp_path / "agencies.csv", as_of=dt.date(2026, 3, 11)
            ),
        )


def test_an_unknown_word_is_mapped_in_params_without_touching_code(tmp_path):
    pd.DataFrame([detainer(detainer_lift_reason="Lifted by Martians")]).to_csv(
        tmp_path / "a.csv", index=False
    )
    with pytest.raises(ExtractInvalid, match="add it to params/foia_words.csv"):
        imported(tmp_path, tmp_path / "a.csv")
    own = tmp_path / "foia_words.csv"
    own.write_text(
        "field,word,becomes\ndetainer_lift_reason,Lifted by Martians,lost\nnonsense,x,y\n"
    )
    with pytest.raises(NeedsCorrection) as refused:
        imported(tmp_path, tmp_path / "a.csv")
    assert len(refused.value.problems) == 2
    own.write_bytes(
        "field;word;becomes\ndetainer_lift_reason;zur\xfcck;withdrawn\n".encode("latin-1")
    )
    with pytest.raises(NeedsCorrection) as refused:
        imported(tmp_path, tmp_path / "a.csv")
    seen = [problem.seen for problem in refused.value.problems]
    assert "0xFC" in seen[0] and "semicolons" in seen[1] and len(seen) == 2
    own.write_text("field,word,becomes\ndetainer_lift_reason,lifted by MARTIANS,withdrawn\n")
    imported(tmp_path, tmp_path / "a.csv")
    assert requests_of(tmp_path)["outcome"].tolist() == ["withdrawn"]
    rows = [detainer(duplicate_drop_row=word) for word in ("DROP", "KEEP")]
    pd.DataFrame(rows).to_csv(tmp_path / "a.csv", index=False)
    own.write_text("field,word,becomes\nduplicate_drop_row,drop,yes\nduplicate_drop_row,keep,no\n")
    assert imported(tmp_path, tmp_path / "a.csv").set_aside.total() == 1


def test_dates_that_begin_with_their_day_stop_an_import_and_one_odd_cell_does_not(tmp_path):
    def of(*days: str) -> None:
        rows = [detainer(detainer_prepare_date=day) for day in days]
        pd.DataFrame(rows).to_csv(tmp_path / "a.csv", index=False)

    of("25/2/2026", "9/2/2026", "10/2/2026")
    with pytest.raises(
        ExtractInvalid, match="row 2, .* 1 dates that can only begin with their day"
    ):
        imported(tmp_path, tmp_path / "a.csv")
    of("25/2/2026", "2/19/2026", "2/9/2026")
    assert imported(tmp_path, tmp_path / "a.csv").kept == 2


def test_a_request_that_two_files_have_is_taken_from_the_last(tmp_path):
    rows = rows_200()[20:]
    pd.DataFrame(rows).to_csv(tmp_path / "a.csv", index=False)
    rows[0] = rows[0] | {"detainer_lift_reason": "Died"}
    pd.DataFrame(rows).to_excel(tmp_path / "b.xlsx", index=False)
    summary = imported(tmp_path, tmp_path / "a.csv", tmp_path / "b.xlsx")
    assert (summary.read, summary.kept) == (360, 180)
    died = pd.concat([requests_of(tmp_path), requests_of(tmp_path, WEEK.next)])
    assert (died["outcome"] == "left_custody").sum() == 1
