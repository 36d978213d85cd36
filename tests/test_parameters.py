"""The parameters of a week: which file wins, what a path is relative to, what is refused."""

import datetime as dt
from pathlib import Path

import pytest
from conftest import PROJECT, each_line

import ddor.jobs.due
from ddor.calendar import Week
from ddor.errors import UsageError
from ddor.jobs.prepared import Order
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


def test_the_defaults_are_those_of_the_design_also_without_a_file(project):
    parameters = load_parameters(project, WEEK)
    assert load(project) == parameters
    assert parameters.cohort == "recorded"
    assert parameters.ignored_columns == ()
    assert (parameters.disclosure_threshold, parameters.release_lag_days) == (5, 45)
    assert parameters.max_held_back_share == 0.25
    assert parameters.published_on is None
    assert parameters.output == project / "outputs"
    assert parameters.extract == str(project / "extracts" / "{week}")
    for name in ("agencies", "policies", "coverage"):
        assert getattr(parameters, name) == project / "params" / f"{name}.csv"


def test_the_keys_are_those_of_the_design_two_of_the_publisher_and_one_of_size():
    named = """extract output cohort ignored_columns disclosure_threshold max_held_back_share
        agencies policies coverage publisher contact authority official site_url release_lag_days
        published_on run_time_limit size_limit_factor keep_runs notify"""
    assert set(KEYS) == set(named.split())


def test_the_week_overrides_the_weekly_file_and_set_overrides_both(project):
    weekly, of_week = "publisher: all\ncontact: all", "publisher: week"
    assert load(project, weekly).publisher == "all"
    assert load(project, weekly, of_week).publisher == "week"
    parameters = load(project, weekly, of_week, publisher="set")
    assert (parameters.publisher, parameters.contact) == ("set", "all")


def test_a_file_of_a_week_is_read_for_that_week_alone(project):
    write(project / "params" / "weeks" / "2017-02-25.yaml", "publisher: another")
    write(project / "params" / "notes" / "2017-02-25.md", "Another.")
    write(project / "params" / "notes" / f"{WEEK}.md", "*This* week.\n")
    parameters = load(project, "publisher: all")
    assert (parameters.publisher, parameters.note) == ("all", "*This* week.")
    assert load_parameters(project, Week.parse("2017-03-04")).note == ""
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


def test_what_is_not_there_not_utf_8_or_no_list_of_keys_is_refused_by_its_name(project):
    """How keys are read is tested by test_corrections.py."""
    note = write(project / "params" / "notes" / f"{WEEK}.md", "")
    note.write_bytes("señal".encode("cp1252"))
    (of_file, of_note) = refused(project, weekly="- a\n- b")
    assert of_file.startswith("weekly.yaml: seen no keys")
    assert of_note.startswith(f"{WEEK}.md row 1: seen byte 0xF1")
    with pytest.raises(UsageError, match="gone.yaml: seen no such file"):
        load_parameters(project, WEEK, project / "gone.yaml")


# Paths


def test_a_path_in_a_file_is_relative_to_that_file_and_an_absolute_one_or_a_url_stays(project):
    parameters = load(project, "extract: ../in/{week}\nagencies: a.csv", "policies: ../p.csv")
    params, url = project / "params", "memory://bucket/{week}.zip"
    assert Path(parameters.extract).resolve() == (project / "in" / "{week}").resolve()
    assert parameters.agencies == params / "a.csv"
    assert parameters.policies.resolve() == (params / "p.csv").resolve()
    assert load(project, "extract: /data/{week}").extract == "/data/{week}"
    assert load(project, f"extract: {url}").extract == load(project, extract=url).extract == url


def test_a_path_given_by_set_is_relative_to_the_working_folder(project, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    parameters = load(project, extract="here/{week}", output="out")
    assert parameters.extract == str(tmp_path / "here" / "{week}")
    assert parameters.output == tmp_path / "out"


# Text stays text


def test_what_yaml_would_turn_into_something_else_stays_as_written(project):
    parameters = load(project, "publisher: 01001\ncontact: yes\nignored_columns: [0123, NO, 1e3]")
    assert (parameters.publisher, parameters.contact) == ("01001", "yes")
    assert parameters.ignored_columns == ("0123", "NO", "1e3")


def test_set_values_are_typed_like_those_of_a_file(project):
    given = {"publisher": "01001", "ignored_columns": "a, b ,c", "published_on": "2017-05-01"}
    parameters = load(project, **given, disclosure_threshold="10", max_held_back_share="0.5")
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


# What is refused


def test_an_unknown_key_is_refused_with_the_nearest_known_one(project):
    near = {"extracts": "extract", "Publisher": "publisher", "policy": "policies", "jots": ""}
    for key, nearest in near.items():
        (line,) = refused(project, weekly=f"{key}: x")
        assert line.startswith(f"weekly.yaml, {key}: seen an unknown key")
        assert f"write `{nearest}`" in line if nearest else line.endswith("remove it")


def test_all_problems_of_all_places_come_at_once(project):
    lines = refused(
        project,
        weekly="cohrt: issued\ndisclosure_threshold: five",
        of_week="release_lag_days: -1\nmax_held_back_share: 2",
        cohort="both",
        cohrt="issued",
        published_on="2017-02-30",
    )
    assert sorted(line.partition(", expected")[0] for line in lines) == [
        '--set, cohort: seen "both"',
        "--set, cohrt: seen an unknown key",
        '--set, published_on: seen "2017-02-30"',
        f'{WEEK}.yaml, max_held_back_share: seen "2"',
        f'{WEEK}.yaml, release_lag_days: seen "-1"',
        "weekly.yaml, cohrt: seen an unknown key",
        'weekly.yaml, disclosure_threshold: seen "five"',
    ]
    assert "recorded" in "".join(lines) and "issued" in "".join(lines)  # what a cohort can be


@each_line("""
    key                  | values
    cohort               | Issued
    disclosure_threshold | 2, 4.5,
    max_held_back_share  | 1.01, nan
    site_url             | example.org
    release_lag_days     | many
    published_on         | 1 May 2017
""")
def test_a_value_that_misfits_is_refused_by_key_and_value(project, key, values):
    for value in values.split(","):
        (line,) = refused(project, **{key: value.strip()})
        assert line.startswith(f'--set, {key}: seen "{value.strip()}"')


def test_an_address_with_a_password_is_no_site_url_and_none_is_a_folder(project):
    (line,) = refused(project, site_url="https://user:s3cret@example.org/")
    assert "--set, site_url" in line and "s3cret" not in line
    (line,) = refused(project, output="https://user:s3cret@example.org/")
    assert line.startswith("--set, output: seen an address") and "s3cret" not in line


def test_a_title_in_a_note_is_refused_with_its_row(project):
    note = project / "params" / "notes" / f"{WEEK}.md"
    note.parent.mkdir(exist_ok=True)
    note.write_text("A note.\n\n# A title\n\n#no title\n\nA title\n=======\n")
    (line,) = refused(project)
    assert line.startswith(f"{WEEK}.md rows 3, 8: seen a heading")


def test_a_list_where_one_value_belongs_is_refused_by_its_key(project):
    lines = refused(project, weekly="publisher: [a, b]\noutput: {a: b}\nextract: [x]")
    for line, key in zip(sorted(lines), ("extract", "output", "publisher"), strict=True):
        assert line.startswith(f"weekly.yaml, {key}: seen a list or nested keys")


# Where a week's extract is


def test_the_week_is_filled_into_the_location(project):
    parameters = load(project, extract="memory://in/{week}/export-{week}.zip")
    assert extract_location(parameters, WEEK) == "memory://in/2017-02-18/export-2017-02-18.zip"


def test_an_extract_named_without_its_ending_is_found_and_a_folder_before_a_file(project):
    parameters = load(project, "extract: ../in/{week}")
    for name in (f"{WEEK}.xlsx", f"{WEEK}.zip"):
        file = write(project / "in" / name, "")
        assert Path(extract_location(parameters, WEEK)).resolve() == file.resolve()
    (project / "in" / f"{WEEK}").mkdir()
    assert Path(extract_location(parameters, WEEK)).name == f"{WEEK}"


def test_the_projects_own_parameters_publish_no_sample_unless_asked(tmp_path):
    """And what a notebook's first cell names stands over the sample."""

    def places(file="", settings=None, sample=True) -> tuple[str, Path]:
        chosen = chosen_parameters(WEEK, file, settings, sample=sample)
        return chosen.extract, chosen.output

    own, outputs = write(tmp_path / "own.yaml", "extract: in/{week}"), PROJECT / "outputs"
    assert places(sample=False) == (str(PROJECT / "extracts" / "{week}"), outputs)
    assert places() == (str(PROJECT / "samples" / "{week}"), outputs / "sample")
    assert places(str(own)) == (str(tmp_path / "in" / "{week}"), outputs)
    elsewhere = "memory://in/{week}"
    assert places("", {"extract": elsewhere}) == (elsewhere, outputs / "sample")


# The latest week


def found(location) -> list[str]:
    return [str(week) for week in weeks_with_extract(str(location))]


def test_weeks_with_an_extract_are_found_in_every_form(tmp_path):
    (tmp_path / "2017-02-18").mkdir()
    write(tmp_path / "2017-02-25.zip", "")
    write(tmp_path / "2017-03-04.xlsx", "")
    for name in ("2017-02-19", "2017-02-30", "notes", "2017-02-18-old", "2017-02-18.bak"):
        (tmp_path / name).mkdir()  # not named by a week's first day
    assert found(tmp_path / "{week}") == ["2017-02-18", "2017-02-25", "2017-03-04"]


@pytest.mark.parametrize("name", ["export.zip", "export-{week}.zip"])
def test_the_week_may_stand_in_the_middle_of_the_location_or_twice(tmp_path, name):
    write(tmp_path / "2017-02-18" / name.format(week="2017-02-18"), "")
    write(tmp_path / "2017-02-25" / name.format(week="2017-02-18").replace("t.", "s."), "")
    assert found(tmp_path / "{week}" / name) == ["2017-02-18"]


def test_a_place_that_cannot_be_looked_at_is_refused():
    with pytest.raises(UsageError, match="nosuchprotocol"):
        weeks_with_extract("nosuchprotocol://x/{week}")


class Friday(dt.date):
    """Today is the last day of the week of 2017-02-25."""

    @classmethod
    def today(cls):
        return cls(2017, 3, 3)


@pytest.fixture
def friday(monkeypatch):
    monkeypatch.setattr(ddor.jobs.due.dt, "date", Friday)


def latest(project, *names, pattern="{week}") -> str:
    """The week that the job chooses from extracts of these names."""
    for name in names:
        (project / "in" / name).mkdir(parents=True, exist_ok=True)
    order = Order(project, None, {"extract": str(project / "in" / pattern)})
    return str(ddor.jobs.due.latest_week(order))


def test_the_latest_week_is_the_latest_complete_one_that_has_an_extract(project, friday):
    assert latest(project, "2017-02-11", "2017-02-18") == "2017-02-18"
    assert latest(project, "2017-02-25", "2017-03-04") == "2017-02-18"  # running, and not yet begun


def test_without_an_extract_of_a_complete_week_or_a_place_for_one_none_is_chosen(project, friday):
    with pytest.raises(UsageError, match="no extract of a complete week .*--extract.* --sample"):
        latest(project, "2017-02-25")
    with pytest.raises(UsageError, match="name a WEEK"):
        latest(project, "2017-02-18", pattern="2017-02-18")
