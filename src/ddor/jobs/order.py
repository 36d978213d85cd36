"""What is asked of a run, and what became of it. These two import little, because a week that is
unchanged needs nothing else."""

from dataclasses import dataclass, field
from pathlib import Path

from ddor.calendar import Period
from ddor.maintained.parameters import Parameters, load_parameters

REVIEW_LIST = "review.csv"
HELD = 4  # the exit code of a report that waits for a person


@dataclass(frozen=True)
class Order:
    """What was asked for on the command line, for every report alike. `project`: the checkout;
    decisions: a review.csv, filled in; reason: why a report is corrected, or published under
    review; yes: it may take published figures away."""

    project: Path
    params: Path | None = None
    settings: dict[str, str] = field(default_factory=dict)
    draft: bool = False
    force: bool = False
    decisions: Path | None = None
    accept_held: bool = False
    correct: bool = False
    yes: bool = False
    reason: str = ""

    def parameters(self, period: Period | None = None) -> Parameters:
        """Those of the period, or those that all periods have. Raises NeedsCorrection."""
        return load_parameters(self.project, period, self.params, self.settings)


@dataclass(frozen=True)
class Result:
    """status: published, unchanged, draft, held, failed, or missing: there is no extract yet.
    `page`: its path, or "" for none. going: published figures that it would take away, for which
    it is held. because: of a revision after the first why there is one, and how many figures
    differ. held: where the list of requests held back is, "" where there are none."""

    period: Period
    status: str
    exit_code: int = 0
    revision: int | None = None
    page: str = ""
    figures: dict[str, int | None] = field(default_factory=dict)
    messages: tuple[str, ...] = ()
    because: str = ""
    going: tuple[str, ...] = ()
    held: str = ""

    def plain(self, *names: str) -> dict[str, object]:
        """For JSON: the period, and these of its fields."""
        return {self.period.label: str(self.period)} | {name: vars(self)[name] for name in names}
