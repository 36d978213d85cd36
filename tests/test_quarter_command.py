"""`ddor quarter` on the command line: what it says, its exit codes, and that nothing is published
where anything is wrong with what the quarter would be made from."""

import hashlib
import json

import pandas as pd
import pytest
from conftest import json_lines
from quarter_archive import FIRST, LATE, QUARTER, SECOND, Quarters, person
from small_archive import words_of

from ddor.compiled.inputs import load_compiled

PAGE = f"quarters/{QUARTER}/index.html"


@pytest.fixture
def made(quarters_copy) -> Quarters:
    return quarters_copy("quarter")


@pytest.fixture
def weeks(quarters_copy) -> Quarters:
    """Two weeks, and no quarter yet."""
    return quarters_copy("weeks")


def refused(archive: Quarters, *words, code=2) -> str:
    """What is told where nothing is published, and nothing under site/ changes."""
    before = archive.files()
    done = archive.quarter(*words)
    assert done.code == code and done.stdout == "", done
    assert "Traceback" not in done.stderr
    assert archive.files() == before
    return done.stderr


def test_the_same_again_is_unchanged_and_force_makes_another(made):
    before = made.files()
    done = made.quarter("FY2017Q2", "2017Q1", "fy2017q2", day="2018-09-01")
    assert done.code == 0 and done.stdout.startswith(f"{QUARTER} unchanged r1: "), done
    assert done.stdout.count("\n") == 1 and made.files() == before
    assert made.made("--force", brief=True) == 2
    assert "a new run on the same inputs" in made.status(PAGE)


def test_a_correction_has_its_reason_and_nothing_to_correct_is_said(made):
    words = ("--correct", "--reason", "a sentence was wrong")
    done = made.quarter(*words)
    assert done.code == 0 and "nothing was corrected" in done.stderr
    assert made.made("--force", *words, brief=True) == 2
    assert "An earlier revision had a mistake: a sentence was wrong." in made.status(PAGE)


def test_there_is_nothing_to_correct_where_no_quarter_is_published(weeks):
    assert "nothing to correct" in refused(weeks, "--correct", "--reason", "a reason")


def test_several_quarters_are_made_in_order_and_one_that_fails_stops_no_other(weeks):
    done = weeks.quarter("2017Q2", "FY2017Q2", "--json", brief=True)
    first, second = json_lines(done)
    assert done.code == 2 and next(iter(first)) == "quarter"
    figures = weeks.summary(QUARTER)["figures"]
    expected = {"quarter": QUARTER, "status": "published", "revision": 1, "figures": figures}
    assert first == expected | {"page": first["page"], "messages": []}
    why = "no week of 2017Q2 is published; it has the weeks from 2017-04-01 to 2017-06-24"
    failed = [second[key] for key in ("quarter", "status", "revision", "messages")]
    assert failed == ["2017Q2", "failed", None, [why]]
    assert f"2017Q2 failed: {why}\n" in done.stderr


def test_a_wrong_name_is_one_clear_message(quarters):
    before = quarters("weeks").files()
    for name in "2017Q5 2017-01-28 q1 FY1990Q1 2017Q0 17Q1 Q".split():
        done = quarters("weeks").ddor("quarter", name)
        assert (done.code, done.stdout, done.stderr.count("\n")) == (2, "", 1)
        assert done.stderr.startswith(f'"{name}" is not a quarter: expected ')
        assert "such as 2017Q1" in done.stderr
    assert quarters("weeks").files() == before


def test_where_nothing_is_published_there_is_no_quarter(tmp_path):
    archive = Quarters(tmp_path / "archive")
    done = archive.quarter()
    assert done.code == 2 and "nothing is published" in done.stderr and "weeks" in done.stderr
    assert not archive.site.exists()


def test_a_week_without_its_private_run_ends_with_2_and_doing_what_is_told_mends_it(weeks):
    (weeks.runs / FIRST / "r1" / "extract.parquet").unlink()
    told = refused(weeks)
    assert f"{FIRST}/r1 lacks extract.parquet" in told
    assert "restore it, or run the week again with --force" in told
    assert weeks.weeks(FIRST, words=("--force",)).code == 0
    assert weeks.made(brief=True) == 1


def scraps(kept=True, **changes):
    """The notebook tells these figures; `kept`: the manifest says that it is as it was."""

    def change(archive: Quarters) -> None:
        file, manifest = (archive.output / RUN / name for name in ("report.ipynb", "manifest.json"))
        notebook = json.loads(file.read_bytes())
        for output in [each for cell in notebook["cells"] for each in cell.get("outputs", ())]:
            for scrap in output["data"].values():
                scrap["data"] = changes.get(scrap["name"], scrap["data"])
        file.write_text(json.dumps(notebook))
        if kept:
            content = json.loads(manifest.read_bytes())
            content["private"]["report.ipynb"] = hashlib.sha256(file.read_bytes()).hexdigest()
            manifest.write_text(json.dumps(content))

    return change


def changed_summary(archive: Quarters) -> None:
    file = archive.output / DATA / "summary.json"
    file.write_text(file.read_text().replace('"declined_total": 23', '"declined_total": 998'))


def changed_follow_up(archive: Quarters) -> None:
    """No figure of the week tells of it: it is known after release alone."""
    file = archive.output / RUN / "extract.parquet"
    rows = pd.read_parquet(file)
    rows["follow_up_status"] = rows["follow_up_status"].replace("rearrested", "at_large")
    rows.to_parquet(file, index=False)


def written(path: str, text: str):
    return lambda archive: (archive.output / path).write_text(text)


RUN, DATA = f"runs/{FIRST}/r1", f"site/weeks/{FIRST}/r1/data"
DIFFER = "notebook differ from those published: declined_total"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (scraps(declined_total=999, kept=False), "report.ipynb changed since the run"),
        (scraps(declined_total=999), f"{DIFFER} 999 and 23"),
        (changed_summary, f"{DIFFER} 23 and 998"),
        (changed_follow_up, "extract.parquet changed since the run"),
        (scraps(report_complete=False), "did not run to its end"),
        (written(f"{RUN}/report.ipynb", "{"), "report.ipynb changed since the run"),
        (written(f"{RUN}/week.json", "{"), "week.json changed since the run"),
        (written(f"{RUN}/manifest.json", "{"), "manifest.json cannot be read"),
        (written(f"{DATA}/summary.json", "{"), "summary.json cannot be read"),
        (written(f"{DATA}/summary.json", "[]"), "summary.json cannot be read"),
    ],
)
def test_what_was_changed_by_hand_is_told_and_nothing_is_published(weeks, change, told):
    change(weeks)
    message = refused(weeks)
    assert told in message and FIRST in message and "run the week again with --force" in message


def test_a_key_of_any_request_is_refused_in_a_note(weeks):
    """Also of one that was not declined: the note is published as it stands."""
    declined = person("key-declined-7", SECOND, 1)
    honored = person("key-honored-7", SECOND, 1, outcome="honored", decline_reason="")
    weeks.people(SECOND, declined, honored)
    held = weeks.weeks(SECOND)
    assert held.code == 4 and "would remove published figures: declined_with_charges" in held.stderr
    assert weeks.weeks(SECOND, "--yes").code == 0
    notes = weeks.root / "notes"
    notes.mkdir()
    for key in ("key-declined-7", "key-honored-7"):
        (notes / f"{QUARTER}.md").write_text(f"See {key}.\n")
        done = weeks.quarter(brief=True)
        assert done.code == 2 and "the key of a request" in done.stderr, done
        assert key not in done.stderr and not (weeks.site / "quarters").exists()


def test_a_note_and_parameters_of_the_quarter_are_its_own(weeks):
    for folder in ("notes", "quarters"):
        (weeks.root / folder).mkdir()
    (weeks.root / "notes" / f"{QUARTER}.md").write_text("Of *the quarter* alone.\n")
    (weeks.root / "quarters" / f"{QUARTER}.yaml").write_text("contact: the quarter's desk\n")
    assert weeks.made() == 1
    article = weeks.page(PAGE).article
    assert "Of the quarter alone." in words_of(article) and "<em>the quarter</em>" in str(article)
    assert "Write to the quarter’s desk." in words_of(article).replace("'", "’")
    (weeks.root / "quarters" / f"{QUARTER}.yaml").write_text("kontakt: x\n")
    assert f"{QUARTER}.yaml, kontakt: seen an unknown key" in refused(weeks)


def test_a_week_without_a_declined_request_is_one_of_the_quarter_with_none(weeks):
    """It ended with an error of the program: assigning to no rows made one for every request."""
    undone = {"outcome": "honored", "decline_reason": "", "released_at": ""}
    weeks.people(LATE, person("key-honored", LATE, 0, "") | undone)
    assert weeks.weeks(LATE).code == 0
    assert weeks.made(brief=True) == 1
    lines = {line["week"]: line for line in weeks.lines(QUARTER, "weeks_used")}
    assert (lines[LATE]["report"], lines[LATE]["declined_total"]) == ("published", "0")
    counts = [int(lines[week]["declined_total"]) for week in (FIRST, SECOND, LATE)]
    assert weeks.summary(QUARTER)["figures"]["declined_total"] == sum(counts) > 0
    declined = load_compiled(weeks.runs / QUARTER / "r1").declined
    assert declined["agency_id"].notna().all() and len(declined) == sum(counts)
