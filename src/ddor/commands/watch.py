"""`ddor status` and `ddor preview`: what has to be done, and what a week will look like."""

from dataclasses import asdict, replace

from ddor.calendar import Week
from ddor.commands.command import Options, command, note, option
from ddor.maintained.parameters import find_project, sample_settings


@command()
def _status(options: Options) -> int:
    """Tell what arrived, what is wrong, what waits and what is overdue; run nothing."""
    from ddor.jobs.order import Order
    from ddor.jobs.status import status

    found = status(Order(find_project(), options.params, options.settings()))
    options.reply(asdict(found), found)
    return found.exit_code


@command(
    option("week", "WEEK", "default: the latest sample week", nargs="?", type=Week.parse),
    option("--port", "N", "of the address; default: any that is free", type=int, default=0),
)
def _preview(options: Options) -> int:
    """Show a week as it would be published, and again whenever something is saved."""
    from ddor.jobs.due import latest_week
    from ddor.jobs.order import Order
    from ddor.jobs.preview import preview

    order, week = Order(find_project(), options.params, options.settings()), options.week
    if week is None:
        order = replace(order, settings=sample_settings(order.project) | order.settings)
        week = latest_week(order)
    preview(week, order, options.port, note)
    return 0
