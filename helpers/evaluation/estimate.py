"""A measured value with its interval: what every uncertain number of the course comes as."""

import math
from typing import NamedTuple

__all__ = ["Estimate"]


class Estimate(NamedTuple):
    """A value and the lower and upper limit of its interval.

    It prints as "0.750 (0.301 to 0.954)". A value of nan is not defined for these cases; limits of
    nan mean that these cases show no interval.

    Examples
    --------
    >>> print(Estimate(0.75, 0.30064, 0.95442))
    0.750 (0.301 to 0.954)
    >>> print(Estimate(0.75, float("nan"), float("nan")))
    0.750 (no interval)
    >>> print(Estimate(float("nan"), float("nan"), float("nan")))
    not defined

    Introduced in notebook 04, *A ladder of four networks*.
    """

    value: float
    low: float
    high: float

    def __str__(self):
        if math.isnan(self.value):
            return "not defined"
        if math.isnan(self.low) or math.isnan(self.high):
            return f"{self.value:.3f} (no interval)"
        return f"{self.value:.3f} ({self.low:.3f} to {self.high:.3f})"
