"""The parameters of a week: which file wins, what a path is relative to, what is refused."""

import datetime as dt
from pathlib import Path

import pytest
from conftest import PROJECT

import ddor.cli
from ddor.calendar import Week
from ddor.errors import UsageError
from ddor.maintained.parameters import KEYS, extract_location, load_parameters, weeks_with_extract
from ddor.report.opening import chosen_parameters

WEEK = Week.parse("2017-02-18")


@pytest.fixture
def project(tmp_path) -> Path:
    """An empty checkout: params/ without a file in it."""
    (tmp_path / "checkout" / "params").mkdir(parents=True)
    return tmp_path / "checkout"


def write(file: Path, text: str) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def load(project: Path, weekly="", of_week="", week=WEEK, **settings):
    write(project / "params" / "weekly.yaml", weekly)
    write(project / "params" / "weeks" / f"{WEEK}.yaml", of_week)
    return load_parameters(project, week, None, settings)


def refused(project: Path, **given) -> list[str]:
    """The lines of the message, the first one (what it is about) left out."""
    with pytest.raises(UsageError) as error:
        load(project, **given)
    assert error.value.exit_code == 2
    return str(error.value).splitlines()[1:]


# Which one wins


def test_the_defaults_are_those_of_the_design(project):
    parameters = load(project)
    assert parameters.cohort == "recorded"
    assert parameters.ignored_columns == ()
    assert (parameters.disclosure_threshold, parameters.release_lag_days) == (5, 45)
    assert parameters.max_held_back_share == 0.25
    assert parameters.published_on is None
    assert parameters.output == project / "outputs"
    assert parameters.extract == str(project / "extracts" / "{week}")
    for name in ("agencies", "policies", "coverage"):
        assert getattr(parameters, name) == project / "params" / f"{name}.csv"


def test_a_checkout_without_weekly_yaml_has_the_defaults(project):
    assert load_parameters(project, WEEK).cohort == "recorded"


def test_the_keys_are_those_of_the_design_and_two_of_the_publisher():
    assert set(KEYS) == set(
        """extract output cohort ignored_columns disclosure_threshold max_held_back_share agencies
        policies coverage publisher contact authority official site_url release_lag_days
        published_on""".split()
    )


def test_the_week_overrides_the_weekly_file_and_set_overrides_both(project):
    weekly, of_week = "publisher: all\ncontact: all", "publisher: week"
    assert load(project, weekly).publisher == "all"
    assert load(project, weekly, of_week).publisher == "week"
    parameters = load(project, weekly, of_week, publisher="set")
    assert (parameters.publisher, parameters.contact) == ("set", "all")


def test_another_weeks_file_is_not_read(project):
    write(project / "params" / "weeks" / "2017-02-25.yaml", "publisher: another")
    assert load(project, "publisher: all").publisher == "all"


def test_without_a_week_only_what_holds_for_every_week_is_read(project):
    assert load(project, "publisher: all", "publisher: week", week=None).publisher == "all"


def test_a_params_file_stands_in_with_the_folders_beside_it_and_the_projects_tables(project):
    write(project / "params" / "weekly.yaml", "publisher: ours\ncontact: ours")
    write(project / "params" / "weeks" / f"{WEEK}.yaml", "publisher: ours")
    theirs = write(project / "theirs" / "other.yaml", "publisher: theirs")
    write(project / "theirs" / "weeks" / f"{WEEK}.yaml", "release_lag_days: 7")
    write(project / "theirs" / "notes" / f"{WEEK}.md", "A note.")
    parameters = load_parameters(project, WEEK, theirs)
    assert (parameters.publisher, parameters.contact) == ("theirs", "")
    assert (parameters.release_lag_days, parameters.note) == (7, "A note.")
    assert parameters.agencies == project / "params" / "agencies.csv"


def test_a_params_file_that_is_not_there_is_refused(project):
    with pytest.raises(UsageError, match="gone.yaml"):
        load_parameters(project, WEEK, project / "gone.yaml")


def test_the_note_is_that_of_the_week(project):
    write(project / "params" / "notes" / f"{WEEK}.md", "*This* week.\n")
    write(project / "params" / "notes" / "2017-02-25.md", "Another.")
    assert load(project).note == "*This* week."
    assert load_parameters(project, Week.parse("2017-03-04")).note == ""


def test_a_note_that_is_not_utf_8_is_refused_by_its_name(project):
    file = write(project / "params" / "notes" / f"{WEEK}.md", "")
    file.write_bytes("señal".encode("cp1252"))
    assert any(f"{WEEK}.md" in line for line in refused(project))


# Paths


def test_a_path_in_a_file_is_relative_to_that_file(project):
    parameters = load(project, "extract: ../in/{week}\nagencies: a.csv", "policies: ../p.csv")
    params = project / "params"
    assert Path(parameters.extract).resolve() == (project / "in" / "{week}").resolve()
    assert parameters.agencies == params / "a.csv"
    assert parameters.policies.resolve() == (params / "p.csv").resolve()


def test_a_path_on_the_command_line_is_relative_to_the_working_directory(
    project, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    parameters = load(project, extract="here/{week}", output="out")
    assert parameters.extract == str(tmp_path / "here" / "{week}")
    assert parameters.output == tmp_path / "out"


def test_an_absolute_path_and_a_url_stay_as_they_are(project):
    assert load(project, "extract: /data/{week}").extract == "/data/{week}"
    url = "memory://bucket/{week}.zip"
    assert load(project, f"extract: {url}").extract == url
    assert load(project, extract=url).extract == url


# Text stays text


def test_what_yaml_would_turn_into_something_else_stays_as_written(project):
    parameters = load(
        project, "publisher: 01001\ncontact: yes\nignored_columns: [0123, 2017-01, NO, 1e3]"
    )
    assert (parameters.publisher, parameters.contact) == ("01001", "yes")
    assert parameters.ignored_columns == ("0123", "2017-01", "NO", "1e3")


def test_set_values_are_typed_like_those_of_a_file(project):
    parameters = load(
        project,
        publisher="01001",
        ignored_columns="a, b ,c",
        disclosure_threshold="10",
        max_held_back_share="0.5",
        published_on="2017-05-01",
    )
    assert parameters.publisher == "01001"
    assert parameters.ignored_columns == ("a", "b", "c")
    assert (parameters.disclosure_threshold, parameters.max_held_back_share) == (10, 0.5)
    assert parameters.published_on == dt.date(2017, 5, 1)


def test_a_key_with_nothing_behind_it_leaves_the_default_where_text_makes_no_sense(project):
    parameters = load(project, "published_on:\noutput:\nagencies:\npublisher:\nextract:")
    assert parameters.published_on is None
    assert parameters.output == project / "outputs"
    assert parameters.publisher == ""
    assert parameters.extract == str(project / "extracts" / "{week}")


def test_a_byte_order_mark_is_passed_over(project):
    assert load(project, "\ufeffpublisher: us").publisher == "us"


# What is refused


@pytest.mark.parametrize(
    ("key", "nearest"),
    [
        ("extracts", "extract"),
        ("cohorts", "cohort"),
        ("ignore_columns", "ignored_columns"),
        ("Publisher", "publisher"),
        ("policy", "policies"),
        ("publish_on", "published_on"),
        ("note", "output"),
    ],
)
def test_an_unknown_key_is_refused_with_the_nearest_known_one(project, key, nearest):
    (line,) = refused(project, weekly=f"{key}: x")
    assert line.startswith(f"weekly.yaml, {key}: seen an unknown key")
    if key != "note":
        assert nearest in line


def test_an_unknown_key_of_the_command_line_says_so(project):
    (line,) = refused(project, cohrt="issued")
    assert "--set, cohrt:" in line and "`cohort`" in line


def test_all_problems_of_all_places_come_at_once(project):
    lines = refused(
        project,
        weekly="cohrt: issued\ndisclosure_threshold: five",
        of_week="release_lag_days: -1\nmax_held_back_share: 2",
        cohort="both",
        published_on="2017-02-30",
    )
    text = "\n".join(lines)
    assert len(lines) == 6
    for key in (
        "cohrt",
        "disclosure_threshold",
        "release_lag_days",
        "max_held_back_share",
        "cohort",
        "published_on",
    ):
        assert key in text
    for value in ('"five"', '"-1"', '"2"', '"both"', '"2017-02-30"'):
        assert value in text
    assert "weekly.yaml" in text and f"{WEEK}.yaml" in text and "--set" in text
    assert "recorded" in text and "issued" in text  # what a cohort can be


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("cohort", "Issued"),
        ("disclosure_threshold", "2"),
        ("disclosure_threshold", "4.5"),
        ("disclosure_threshold", ""),
        ("max_held_back_share", "1.01"),
        ("max_held_back_share", "nan"),
        ("site_url", "example.org"),
        ("release_lag_days", "many"),
        ("published_on", "1 May 2017"),
    ],
)
def test_a_value_that_misfits_is_refused_by_key_and_value(project, key, value):
    (line,) = refused(project, **{key: value})
    assert key in line and f'"{value}"' in line


@pytest.mark.parametrize(
    "text", ["- a\n- b", "publisher: [", "just words", "publisher: us\n\tcontact: x"]
)
def test_a_file_that_is_no_list_of_keys_is_refused_by_its_name(project, text):
    (line,) = refused(project, weekly=text)
    assert "weekly.yaml" in line


@pytest.mark.parametrize("text", ["publisher: [a, b]", "output: {a: b}", "extract: [x]"])
def test_a_list_where_one_value_belongs_is_refused_by_its_key(project, text):
    (line,) = refused(project, weekly=text)
    assert text.partition(":")[0] in line


# Where a week's extract is


def test_the_week_is_filled_into_the_location(project):
    parameters = load(project, extract="memory://in/{week}/export-{week}.zip")
    assert extract_location(parameters, WEEK) == "memory://in/2017-02-18/export-2017-02-18.zip"


@pytest.mark.parametrize("ending", [".zip", ".xlsx"])
def test_an_extract_named_without_its_ending_is_found(project, ending):
    file = write(project / "in" / f"{WEEK}{ending}", "")
    parameters = load(project, "extract: ../in/{week}")
    assert Path(extract_location(parameters, WEEK)).resolve() == file.resolve()


def test_a_folder_comes_before_a_file_of_its_name(project):
    write(project / "in" / f"{WEEK}.zip", "")
    (project / "in" / f"{WEEK}").mkdir()
    parameters = load(project, "extract: ../in/{week}")
    assert Path(extract_location(parameters, WEEK)).name == f"{WEEK}"


def test_the_projects_own_parameters_publish_no_sample_unless_asked():
    real = chosen_parameters(WEEK, "", {}, sample=False)
    assert real.extract == str(PROJECT / "extracts" / "{week}")
    assert real.output == PROJECT / "outputs"
    sample = chosen_parameters(WEEK, "", {}, sample=True)
    assert sample.extract == str(PROJECT / "samples" / "{week}")
    assert sample.output == PROJECT / "outputs" / "sample"


def test_what_a_notebooks_first_cell_names_stands_over_the_sample(tmp_path):
    file = write(tmp_path / "own.yaml", "extract: in/{week}")
    named = chosen_parameters(WEEK, str(file), None, sample=True)
    assert (named.extract, named.output) == (str(tmp_path / "in" / "{week}"), PROJECT / "outputs")
    set_to = chosen_parameters(WEEK, "", {"extract": "memory://in/{week}"}, sample=True)
    assert set_to.extract == "memory://in/{week}"
    assert set_to.output == PROJECT / "outputs" / "sample"


# The latest week


def test_weeks_with_an_extract_are_found_in_every_form(tmp_path):
    (tmp_path / "2017-02-18").mkdir()
    write(tmp_path / "2017-02-25.zip", "")
    write(tmp_path / "2017-03-04.xlsx", "")
    found = weeks_with_extract(str(tmp_path / "{week}"))
    assert list(map(str, found)) == ["2017-02-18", "2017-02-25", "2017-03-04"]


def test_the_week_may_stand_in_the_middle_of_the_location(tmp_path):
    write(tmp_path / "2017-02-18" / "export.zip", "")
    (tmp_path / "2017-02-25").mkdir()
    found = weeks_with_extract(str(tmp_path / "{week}" / "export.zip"))
    assert list(map(str, found)) == ["2017-02-18"]


def test_the_week_may_stand_in_the_location_twice(tmp_path):
    write(tmp_path / "2017-02-18" / "export-2017-02-18.zip", "")
    found = weeks_with_extract(str(tmp_path / "{week}" / "export-{week}.zip"))
    assert list(map(str, found)) == ["2017-02-18"]


@pytest.mark.parametrize(
    "name",
    ["2017-02-19", "2017-02-30", "notes", "2017-02-18-old", "2017-02-18 (copy)", "2017-02-18.bak"],
)
def test_what_is_not_named_by_a_weeks_first_day_is_no_extract(tmp_path, name):
    (tmp_path / name).mkdir()
    assert weeks_with_extract(str(tmp_path / "{week}")) == []


def test_a_place_that_cannot_be_looked_at_is_refused():
    with pytest.raises(UsageError, match="nosuchprotocol"):
        weeks_with_extract("nosuchprotocol://x/{week}")


class Friday(dt.date):
    """Today is the last day of the week of 2017-02-25."""

    @classmethod
    def today(cls):
        return cls(2017, 3, 3)


@pytest.fixture
def latest(project, monkeypatch):
    """The week that the job chooses on Friday, 3 March 2017, from extracts of these names."""
    from ddor.jobs.prepared import Order

    monkeypatch.setattr(ddor.cli.dt, "date", Friday)

    def latest(*names, pattern="{week}") -> str:
        (project / "in").mkdir(exist_ok=True)
        for name in names:
            (project / "in" / name).mkdir(exist_ok=True)
        settings = {"extract": str(project / "in" / pattern)}
        return str(ddor.cli._latest_week(Order(project, None, settings)))

    return latest


def test_the_latest_week_is_the_latest_complete_one_that_has_an_extract(latest):
    assert latest("2017-02-11", "2017-02-18") == "2017-02-18"
    assert latest("2017-02-25", "2017-03-04") == "2017-02-18"  # running, and not yet begun


def test_without_an_extract_of_a_complete_week_none_is_chosen(latest):
    with pytest.raises(UsageError, match="no extract of a complete week .*--extract.* --sample"):
        latest("2017-02-25")


def test_a_location_without_a_week_needs_one_to_be_named(latest):
    with pytest.raises(UsageError, match="name a WEEK"):
        latest("2017-02-18", pattern="2017-02-18")


def test_a_key_that_stands_twice_is_refused_and_named(project):
    (line,) = refused(project, weekly="contact: a\ncontact: b\n")
    said = "seen the key more than once, expected each key once; keep one line"
    assert line == f"weekly.yaml, contact: {said}"
