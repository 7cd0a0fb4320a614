"""What a gradient check found: one entry beside its differences, and the report on all of them."""

from dataclasses import dataclass
from typing import NamedTuple

__all__ = ["CheckedEntry", "GradientReport"]


class CheckedEntry(NamedTuple):
    """One entry of one array: its analytic gradient beside its differences.

    `numeric` is the central difference, `left` and `right` the one-sided ones; `error` is
    |analytic - numeric| relative to the largest gradient of its array, or to the smallest that can
    be judged at full tolerance where that is larger, see `check_gradients`.

    Introduced in notebook 03, *The gradient checker*.
    """

    name: str
    index: tuple[int, ...]
    analytic: float
    numeric: float
    left: float
    right: float
    error: float

    def __str__(self):
        place = f"{self.name}{list(self.index)}" if self.index else self.name
        return (
            f"{place}: analytic {self.analytic:.6g}, numeric {self.numeric:.6g} "
            f"(left {self.left:.6g}, right {self.right:.6g}), relative error {self.error:.1e}"
        )


@dataclass(frozen=True)
class GradientReport:
    """Tell what a gradient check found.

    Attributes
    ----------
    worst : CheckedEntry or None
        Of the judged entries, the one with the largest relative error; None if there is none.
    kinks : tuple of CheckedEntry
        Entries where the function has a kink within the step, and the analytic gradient lies
        between the one-sided differences: neither right nor wrong.
    too_small : tuple of CheckedEntry
        Entries of arrays whose gradients are all so small that they drown in rounding.
    num_entries : int
        How many were compared, those that could not be judged included.
    step, tolerance : float

    Notes
    -----
    `error` is the worst relative error (nan where nothing could be judged), `passed` whether it is
    at most `tolerance`, `num_judged` the number of entries that were judged: neither at a kink nor
    too small. Printed, the report is readable text.

    Introduced in notebook 03, *The gradient checker*.
    """

    worst: CheckedEntry | None
    kinks: tuple[CheckedEntry, ...]
    too_small: tuple[CheckedEntry, ...]
    num_entries: int
    step: float
    tolerance: float

    @property
    def error(self):
        return self.worst.error if self.worst else float("nan")

    @property
    def passed(self):
        return self.error <= self.tolerance

    @property
    def num_judged(self):
        return self.num_entries - len(self.kinks) - len(self.too_small)

    def __str__(self):
        verdict = "The gradients agree" if self.passed else "THE GRADIENTS DISAGREE"
        if not self.worst:
            verdict = "NOTHING COULD BE JUDGED"
        lines = [
            f"{verdict}: {self.num_judged} entries judged, step {self.step:.1e}, "
            f"tolerance {self.tolerance:.1e}"
        ]
        if self.worst:
            lines.append(f"worst: {self.worst}")
        for reason, entries in {"at a kink": self.kinks, "too small": self.too_small}.items():
            if entries:
                lines.append(f"{reason}, not judged: {len(entries)}, such as {entries[0]}")
        return "\n".join(lines)
