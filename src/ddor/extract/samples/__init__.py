"""Synthetic extracts: three ordinary weeks and the re-enactment of the withdrawn one.

Not here: any rule of the report. A sample is read through the same door as a real extract.
"""

from ddor.extract.samples.ordinary import (
    COMMITTED_SEEDS,
    REENACTMENT_SEED,
    make_sample,
    write_committed_samples,
)

__all__ = ["COMMITTED_SEEDS", "REENACTMENT_SEED", "make_sample", "write_committed_samples"]
