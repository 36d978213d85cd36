"""`open_week` and `open_compiled`: how a notebook opens its report.

Without the folder of `inputs` that the job hands over (so in JupyterLab and in plain papermill)
they are read as the job would read them. `params`, `settings` and `sample`: chosen_parameters.
"""

from pathlib import Path

from ddor.calendar import Period, Week
from ddor.compiled.inputs import gather_compiled, load_compiled
from ddor.inputs import load_counted, load_inputs, read_inputs, with_archive
from ddor.maintained.parameters import Parameters, find_project, load_parameters, sample_settings
from ddor.report.quarter import CompiledReport
from ddor.report.week import WeeklyReport
from ddor.reports import parse_period


def open_week(
    week: str | Week,
    params: str = "",
    settings: dict | None = None,
    inputs: str = "",
    sample: bool = False,
) -> WeeklyReport:
    """`week`: any date in it."""
    if inputs:
        return WeeklyReport(*load_counted(load_inputs, Path(inputs)))
    chosen = Week.parse(str(week))
    parameters = chosen_parameters(chosen, params, settings, sample)
    return WeeklyReport(with_archive(read_inputs(chosen, parameters), parameters.output))


def open_compiled(
    period: str | Period,
    params: str = "",
    settings: dict | None = None,
    inputs: str = "",
    sample: bool = False,
) -> CompiledReport:
    """`period`: as `ddor verify` would name it; its weeks are read from the archive."""
    if inputs:
        return CompiledReport(*load_counted(load_compiled, Path(inputs)))
    chosen = period if isinstance(period, Period) else parse_period(period)
    parameters = chosen_parameters(chosen, params, settings, sample)
    return CompiledReport(gather_compiled(chosen, parameters))


def chosen_parameters(
    period: Period, params: str, settings: dict | None, sample: bool
) -> Parameters:
    """`params`: a file in place of params/weekly.yaml, or ""; `settings`: as --set would change
    them, None for none; `sample`: as --sample, unless `params` is given. Raises UsageError."""
    project = find_project()
    given = sample_settings(project) if sample and not params else {}
    given |= {key: str(value) for key, value in (settings or {}).items()}
    return load_parameters(project, period, Path(params) if params else None, given)
