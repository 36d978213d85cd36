"""What every report of a notebook begins with: the parameters that its first cell names."""

from pathlib import Path

from ddor.calendar import Period
from ddor.maintained.parameters import Parameters, find_project, load_parameters, sample_settings


def chosen_parameters(
    period: Period, params: str, settings: dict | None, sample: bool
) -> Parameters:
    """`params`: a file in place of params/weekly.yaml, or ""; `settings`: as --set would change
    them, None for none; `sample`: as --sample, unless `params` is given. Raises UsageError."""
    project = find_project()
    given = sample_settings(project) if sample and not params else {}
    given |= {key: str(value) for key, value in (settings or {}).items()}
    return load_parameters(project, period, Path(params) if params else None, given)
