"""What Excel does to a CSV is recognized and named, with the way to mend it."""

import pytest
from conftest import cases
from extract_factory import charge, dealt, refused, request, write_csv_extract

from ddor.extract.read import read_extract

# What is to be done, and the cells it is said of: column and value, in brackets.
DAMAGE = cases("""
"01001" becomes "1001"              | county_fips [1001]
"0399" becomes "399"                | ncic_code [399]
write "27053"                       | county_fips [27053.0]
write "1399"                        | ncic_code [1399.0]
write "1"                           | charge_no [1.0]
apostrophe                          | county_fips ['01001]; request_id ['00017]
leading space                       | county_fips [ 27053]
trailing space                      | request_id [r1 ]
it has 5 characters with a trailing space: write "1399" | ncic_code [1399 ]
leave the cell empty                | county_fips [NA]
2017-01 becomes Jan-17              | issued_at [Jan-17]
Excel took the text for a date      | issued_at [28-Jan-17]
day and month can be confused       | issued_at [1/28/2017]; issued_at [1/28/2017 9:15 AM]
day and month can be confused       | issued_at [28.01.2017]; charged_on [02/01/2017]
Excel's day number                  | issued_at [42778.385]
widen the column                    | issued_at [########]
remove the offset                   | issued_at [2017-02-12T09:15Z]
this day or time does not exist     | issued_at [2017-02-30]
its digits are lost                 | agency_id [1.23E+11]; request_id [1.23E+11]; ncic_code [1E+3]
restore it from the source          | agency_id [#REF!]; agency_name [#NAME?]; description [#N/A]
look it up at the source            | description [Assault\0]
in capitals                         | agency_id [mn0270000]
small letters                       | custody_confirmed [TRUE]; protected [False]
write "honored"                     | outcome [Honored]
write "declined"                    | outcome [declned]
write "MEX"                         | citizenship [MEXICO]
write "MN"                          | state [Minnesota]
write "I-247A"                      | form [I247A]
write "St. Paul"                    | area [St. Paull]
""")


def damaged() -> list[tuple[str, tuple[str, str]]]:
    """Column -> the value of a cell, and what is to be done."""
    cells = [(cell, mending) for mending, of_it in DAMAGE for cell in of_it.split("; ")]
    parted = [(*cell.removesuffix("]").split(" [", 1), mending) for cell, mending in cells]
    return [(column, (value, mending)) for column, value, mending in parted]


@pytest.mark.parametrize("wrong", dealt(damaged()))
def test_the_damage_of_a_cell_is_named_with_its_mending(tmp_path, wrong):
    """Each in a row of its own, and nothing else is said."""
    requests, charges = [request(request_id="r0")], [charge(request_id="r0", charge_no="1")]
    for at, (column, (value, _)) in enumerate(wrong.items(), 2):
        if column in request():
            requests.append(request(request_id=f"r{at}") | {column: value})
        else:
            row = charge(request_id="r0", charge_no=f"{at}")
            charges.append(row | {column: value})
    problems = refused(write_csv_extract(tmp_path, requests, charges))
    assert sorted(each.column for each in problems) == sorted(wrong)
    for problem in problems:
        value, mending = wrong[problem.column]
        assert mending in problem.mend, value


@pytest.mark.parametrize("separator, word", [(";", "semicolons"), ("\t", "tabs")])
def test_another_separator_is_named_and_the_rest_still_judged(tmp_path, separator, word):
    folder = write_csv_extract(tmp_path, [request(issued_at="28.01.2017")])
    path = folder / "requests.csv"
    path.write_text(path.read_text().replace(",", separator))
    separators, date = refused(folder)
    assert separators.seen.startswith(word) and "CSV UTF-8" in separators.mend
    assert (date.rows, date.column) == ((2,), "issued_at")


def test_windows_1252_is_named_with_its_rows_and_the_rest_still_judged(tmp_path):
    rows = [
        request(request_id="r1", agency_name="DOÑA ANA"),
        request(request_id="r2"),
        request(request_id="r3", agency_name="CAÑON CITY", state="XX"),
    ]
    path = write_csv_extract(tmp_path, rows) / "requests.csv"
    path.write_bytes(path.read_text(encoding="utf-8").encode("cp1252"))
    encoding, state = refused(tmp_path)
    assert encoding.rows == (2, 4) and '0xD1, which is "Ñ" in' in encoding.seen
    assert '"Ñ" in Windows-1252' in encoding.seen and "UTF-8" in encoding.mend
    assert (state.rows, state.column) == ((4,), "state")


def test_a_byte_order_mark_and_windows_line_ends_are_no_damage(tmp_path):
    path = write_csv_extract(tmp_path, [request(agency_name="DOÑA ANA")]) / "requests.csv"
    text = path.read_text(encoding="utf-8").replace("\n", "\r\n")
    path.write_bytes(text.encode("utf-8-sig"))
    assert list(read_extract(str(tmp_path)).requests.agency_name) == ["DOÑA ANA"]


def test_utf_16_and_a_control_character_are_named(tmp_path):
    (problem,) = refused(write_csv_extract(tmp_path, [request(state="M\x1bN")]))
    assert problem.seen == r'"M\x1bN"'
    path = tmp_path / "requests.csv"
    path.write_bytes(path.read_text().replace("\x1b", "").encode("utf-16"))
    (problem,) = refused(tmp_path)
    assert problem.seen == "UTF-16 text"


def test_damage_of_one_kind_in_many_rows_is_one_problem(tmp_path):
    values = ["1001", "1003", "01005", "4013", "Jan-17"]
    rows = [request(request_id=f"r{at}", county_fips=value) for at, value in enumerate(values)]
    zeros, month = refused(write_csv_extract(tmp_path, rows))
    assert zeros.rows == (2, 3, 5) and zeros.seen == '"1001", "1003", "4013"'
    assert month.rows == (6,)
