"""Errors for the user: each with its exit code, each problem with its place and what mends it."""

import signal
import time

import pytest

from ddor import errors
from ddor.errors import DdorError, ExtractInvalid, Problem, Terminated, exiting_on_signals


def test_each_error_has_the_exit_code_of_the_design():
    codes = {"UsageError": 2, "ExtractInvalid": 3, "NotebookFailed": 5, "ArchiveUnavailable": 6}
    assert {name: getattr(errors, name).exit_code for name in codes} == codes
    assert all(issubclass(getattr(errors, name), DdorError) for name in codes)


def problem(rows=(), column="ncic_code") -> Problem:
    return Problem(
        "charges.csv", tuple(rows), column, '"1399 "', "4 characters", "remove the space"
    )


def test_a_problem_names_table_row_column_seen_expected_and_how_to_mend_it():
    assert str(problem([17])) == (
        'charges.csv row 17, ncic_code: seen "1399 ", expected 4 characters; remove the space'
    )


def test_every_row_is_named_and_neighbors_as_a_range_and_a_column_if_there_is_one():
    for rows, place in {
        (): "charges.csv, ncic_code:",
        (9, 2, 4, 3, 3): "charges.csv rows 2-4, 9, ncic_code:",
        (2, 4, 6): "charges.csv rows 2, 4, 6, ncic_code:",
        (5, 6): "charges.csv rows 5-6, ncic_code:",
    }.items():
        assert str(problem(rows)).startswith(place)
    assert str(problem(column="")).startswith("charges.csv: seen")


@pytest.mark.parametrize(("count", "words"), [(1, "1 problem:"), (3, "3 problems:")])
def test_an_invalid_extract_lists_every_problem_and_counts_them(count, words):
    problems = [problem([number]) for number in range(2, 2 + count)]
    lines = str(ExtractInvalid(problems, "in/x.zip")).splitlines()
    assert lines[0].startswith("in/x.zip") and lines[0].endswith(words)
    assert lines[1:] == [str(each) for each in problems]
    assert ExtractInvalid(problems).problems == problems


def test_a_signal_where_python_lets_no_error_out_ends_the_run_all_the_same(capfd):
    class Ends:
        def __del__(self):
            signal.raise_signal(signal.SIGTERM)
            sum(range(1000))

    with pytest.raises(Terminated), exiting_on_signals():
        made = Ends()
        del made
        time.sleep(5)
    assert capfd.readouterr().err == ""
