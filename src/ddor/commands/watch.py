"""`ddor status` and `ddor preview`: what has to be done, and what a week will look like."""

import datetime as dt

from ddor.calendar import Week
from ddor.commands.command import Options, command, note, option
from ddor.errors import UsageError, time_limit
from ddor.maintained.parameters import find_project, sample_settings, weeks_with_extract


def latest_week(order) -> Week:
    parameters = order.parameters()
    if "{week}" not in parameters.extract:
        raise UsageError("name a WEEK, or put {week} into `extract` to have the latest found")
    running = Week.containing(dt.date.today())
    with time_limit(parameters.run_time_limit, "looking for extracts"):
        complete = [week for week in weeks_with_extract(parameters.extract) if week < running]
    if not complete:
        raise UsageError(
            f"there is no extract of a complete week at {parameters.extract}; put one "
            "there, name one with --extract, or use --sample"
        )
    return max(complete)


@command()
def _status(options: Options) -> int:
    """Tell what arrived, what is wrong, what waits and what is overdue; run nothing."""
    from ddor.jobs.order import Order
    from ddor.jobs.status import status

    found = status(Order(find_project(), options.params, options.settings()))
    options.reply(found.keys(), found)
    return found.exit_code


@command(
    option("week", "WEEK", "default: the latest sample week", nargs="?", type=Week.parse),
    option("--port", "N", "of the address; default: any that is free", type=int, default=0),
)
def _preview(options: Options) -> int:
    """Show a week as it would be published, and again whenever something is saved."""
    from ddor.jobs.order import Order
    from ddor.jobs.preview import preview

    project, week, settings = find_project(), options.week, options.settings()
    if week is None:
        settings = sample_settings(project) | settings
        week = latest_week(Order(project, options.params, settings))
    preview(week, Order(project, options.params, settings), options.port, note)
    return 0
