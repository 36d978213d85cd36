"""What stands around the reports of a site, with the rules by which they are counted.

The archive prints these rules on its pages and knows nothing else of counting; they are taken from
the modules that go by them, so that no rule is stated twice.
"""

from ddor.archive.site import SiteContext, read_context
from ddor.checks.e9_stale_policy import VERIFIED_WITHIN
from ddor.checks.registry import CHECKS
from ddor.maintained.directory import read_directory
from ddor.maintained.parameters import Parameters
from ddor.measures import disclosure
from ddor.measures.figures import HELD_SHARE_BASE, NO_CHARGES, SMALLEST_BASE, half_or_more
from ddor.measures.people import NAMED

RULES = {
    "checks": CHECKS,
    "smallest_base": SMALLEST_BASE,
    "held_base": HELD_SHARE_BASE,
    "people": disclosure,
    "named": NAMED,
    "verified_within": VERIFIED_WITHIN,
    "no_charges": NO_CHARGES,
    "half_or_more": half_or_more,
}


def site_context(parameters: Parameters) -> SiteContext:
    """Raises UsageError (a table of `params/`) and NeedsCorrection (a written page)."""
    directory = read_directory(parameters.agencies, parameters.policies, parameters.coverage)
    return read_context(parameters, directory, RULES)
