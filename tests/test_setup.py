"""The set-up files agree with each other, and nothing of one machine stands in the project."""

import json
import re
import subprocess
import tomllib
from itertools import chain

import pytest
import yaml
from conftest import PROJECT
from packaging.requirements import Requirement
from packaging.version import Version

SETTINGS = tomllib.loads((PROJECT / "pyproject.toml").read_text())
PYPROJECT = SETTINGS["project"]
GROUPS = PYPROJECT["optional-dependencies"]
LINT = SETTINGS["dependency-groups"]["lint"]
INSTALL = SETTINGS["dependency-groups"]["install"]
LOCKED = {
    "requirements.lock": PYPROJECT["dependencies"],
    "requirements-test.lock": [*PYPROJECT["dependencies"], *GROUPS["test"]],
    "requirements-lab.lock": [*PYPROJECT["dependencies"], *GROUPS["lab"]],
    "requirements-cluster.lock": [*PYPROJECT["dependencies"], *GROUPS["cluster"]],
    "requirements-lint.lock": LINT,
    "requirements-install.lock": INSTALL,
}


def tracked_files():
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=PROJECT, capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("not a git checkout")
    return [PROJECT / name for name in listed.stdout.split("\0") if name]


def test_environment_yml_is_the_twin_of_pyproject():
    listed = yaml.safe_load((PROJECT / "environment.yml").read_text())["dependencies"]
    by_pip = next(entry["pip"] for entry in listed if isinstance(entry, dict))
    # conda writes jupyter_client.
    conda = {entry.replace("_", "-") for entry in listed if isinstance(entry, str)}
    wanted = {*PYPROJECT["dependencies"], *GROUPS["lab"], *GROUPS["test"]}
    assert conda - wanted == {"python" + PYPROJECT["requires-python"], "pip"}
    assert wanted - conda == set(by_pip) - {"-e ."}


@pytest.mark.parametrize("lock", LOCKED)
def test_a_lock_file_has_hashes_fits_pyproject_and_names_no_index(lock):
    text = (PROJECT / lock).read_text()
    assert not re.search(r"https?:|file:|--(extra-)?index|--find-links|--trusted", text)
    entries = re.findall("^[^#\n].*", text.replace("\\\n", " "), re.M)
    assert [entry for entry in entries if "--hash=sha256:" not in entry] == []
    pinned = [Requirement(entry.split(" --hash")[0]) for entry in entries]
    for requirement in map(Requirement, LOCKED[lock]):
        pins = [pin.specifier for pin in pinned if pin.name == requirement.name.lower()]
        assert pins and all(Version(str(pin)[2:]) in requirement.specifier for pin in pins)


def test_the_lock_files_pin_the_same_versions():
    def pins(lock):
        return set(re.findall(r"^([a-z0-9-]+==[^ ;\\]+)", (PROJECT / lock).read_text(), re.M))

    assert pins("requirements.lock") <= pins("requirements-test.lock")
    assert pins("requirements.lock") <= pins("requirements-lab.lock")
    others = pins("requirements-test.lock") | pins("requirements-lab.lock")
    names = {pin.split("==")[0] for pin in others}
    shared = {pin for pin in pins("requirements-lint.lock") if pin.split("==")[0] in names}
    assert shared and shared <= others


def test_the_readme_names_the_two_commands_and_ci_runs_the_second_after_the_linter():
    readme = (PROJECT / "README.md").read_text()
    assert "make week" in readme and "make test" in readme
    ran = (PROJECT / ".ci" / "run").read_text().splitlines()
    assert ran.index("make --jobs=2 .venv/made-test lint") < ran.index("make test")


def test_every_dependency_has_its_line():
    told = (PROJECT / "docs" / "dependencies.md").read_text()
    everything = [*PYPROJECT["dependencies"], *chain(*GROUPS.values()), *LINT, *INSTALL]
    missing = [r for r in everything if f"`{Requirement(r).name}`" not in told]
    assert len(everything) > 20 and missing == []


def test_the_notebooks_carry_no_outputs_and_one_parameters_cell():
    notebooks = list((PROJECT / "notebooks").glob("*.ipynb"))
    assert notebooks
    for notebook in notebooks:
        cells = json.loads(notebook.read_text())["cells"]
        assert not any(cell.get("outputs") or cell.get("execution_count") for cell in cells)
        assert sum("parameters" in cell["metadata"].get("tags", []) for cell in cells) == 1


def test_no_registry_and_no_path_of_a_machine_is_named():
    hosts = "|".join(["python" + "hosted", "pypi" + r"\.org", "npm" + r"js\.", r"deb\.deb" + "ian"])
    paths = r"(^|[\s\"'`(=])/(home|work|root|Users)/\w"
    found = []
    for file in tracked_files():
        if file.suffix not in (".png", ".parquet") and file.is_file():
            for number, line in enumerate(file.read_text("utf-8", "replace").splitlines(), 1):
                if re.search(f"{hosts}|{paths}", line):
                    found.append(f"{file.name}:{number}: {line[:100]}")
    assert found == []


def test_the_samples_stay_under_one_and_a_half_megabytes():
    sizes = [file.stat().st_size for file in (PROJECT / "samples").rglob("*") if file.is_file()]
    assert 500_000 < sum(sizes) < 1_500_000
