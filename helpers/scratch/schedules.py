"""Schedules: the learning rate as a function of the step; names and conventions as in Keras.

All of them make the same move: `schedule(step)` returns the rate of a step, the first being 0. An
optimizer takes a schedule in place of a learning rate.
"""

import math
from bisect import bisect_left

from helpers.checks import check_integer, check_number

__all__ = ["CosineDecay", "PiecewiseConstantDecay"]


class CosineDecay:
    """Let the rate fall along half a cosine wave, if wanted after a straight rise (warm-up).

    Parameters
    ----------
    initial_learning_rate : float
        At least 0: where the rate starts.
    decay_steps : int
        At least 1: how many steps the fall takes.
    alpha : float
        From 0 to 1: the share of the highest rate that is left at the end.
    warmup_target : float, optional
        Above 0: the highest rate, where the warm-up ends. None: no warm-up.
    warmup_steps : int
        At least 1 with a warm-up, else 0: how many steps it takes, beside `decay_steps`.

    Raises
    ------
    TypeError, ValueError
        For a setting out of its range, or steps of a warm-up without its target; in a call, for a
        step that is no integer of at least 0.

    Notes
    -----
    With t the steps of the fall that are over, at most T = `decay_steps`, the rate is
    eta (alpha + (1 - alpha) (1 + cos(pi t / T)) / 2); eta is the initial rate or, after a warm-up,
    its target. Behind the last step the rate stays. Keras forgives steps of a warm-up without a
    target, and then has none; here that is an error.

    References
    ----------
    Loshchilov and Hutter, arXiv 1608.03983 (cosine); Goyal et al., arXiv 1706.02677 (warm-up).

    Examples
    --------
    >>> fall = CosineDecay(0.8, 4)
    >>> [round(fall(step), 3) for step in (0, 2, 4, 9)]
    [0.8, 0.4, 0.0, 0.0]
    >>> warm = CosineDecay(0.0, 4, warmup_target=0.8, warmup_steps=2)
    >>> [round(warm(step), 3) for step in (0, 1, 2, 4, 6)]
    [0.0, 0.4, 0.8, 0.4, 0.0]

    Introduced in notebook 06, *Schedules*.
    """

    def __init__(
        self, initial_learning_rate, decay_steps, *, alpha=0.0, warmup_target=None, warmup_steps=0
    ):
        self.initial_learning_rate = check_number(
            "initial_learning_rate", initial_learning_rate, minimum=0
        )
        self.decay_steps = check_integer("decay_steps", decay_steps, minimum=1)
        self.alpha = check_number("alpha", alpha, minimum=0, maximum=1)
        if warmup_target is None:
            self.highest = self.initial_learning_rate
            self.warmup_steps = check_integer("warmup_steps", warmup_steps, minimum=0)
            if warmup_steps:
                raise ValueError(
                    "`warmup_target` must be given with `warmup_steps`; got None and "
                    f"{warmup_steps}. Say which rate the warm-up leads to."
                )
        else:
            self.highest = check_number("warmup_target", warmup_target, above=0)
            self.warmup_steps = check_integer("warmup_steps", warmup_steps, minimum=1)

    def __call__(self, step):
        step = check_integer("step", step, minimum=0)
        if step < self.warmup_steps:
            rise = self.highest - self.initial_learning_rate
            return self.initial_learning_rate + rise * step / self.warmup_steps
        done = min((step - self.warmup_steps) / self.decay_steps, 1)
        fall = (1 + math.cos(math.pi * done)) / 2
        return self.highest * (self.alpha + (1 - self.alpha) * fall)


class PiecewiseConstantDecay:
    """Keep the rate for a while, then change it at once: a staircase.

    Parameters
    ----------
    boundaries : list of int
        Increasing, at least 0, one or more: the last step of each rate but the last.
    values : list of float
        The rates, at least 0: one more than boundaries.

    Raises
    ------
    TypeError, ValueError
        If one of the two is no list, the boundaries do not increase, the numbers do not fit, or one
        is out of its range; in a call, for a step that is no integer of at least 0.

    Notes
    -----
    As in Keras, the step that is a boundary still has the rate before it.

    Examples
    --------
    >>> stairs = PiecewiseConstantDecay([2, 5], [1.0, 0.1, 0.01])
    >>> [stairs(step) for step in (0, 2, 3, 5, 6)]
    [1.0, 1.0, 0.1, 0.1, 0.01]

    Introduced in notebook 06, *Schedules*.
    """

    def __init__(self, boundaries, values):
        self.boundaries = [
            check_integer(f"boundaries[{k}]", step, minimum=0)
            for k, step in _enumerate("boundaries", boundaries)
        ]
        self.values = [
            check_number(f"values[{k}]", rate, minimum=0)
            for k, rate in _enumerate("values", values)
        ]
        if not self.boundaries or self.boundaries != sorted(set(self.boundaries)):
            raise ValueError(f"`boundaries` must hold steps that increase; got {self.boundaries}.")
        if len(self.values) != len(self.boundaries) + 1:
            raise ValueError(
                "`values` must hold one rate more than there are boundaries; got "
                f"{len(self.values)} and {len(self.boundaries)}."
            )

    def __call__(self, step):
        return self.values[bisect_left(self.boundaries, check_integer("step", step, minimum=0))]


def _enumerate(label, values):
    try:
        return list(enumerate(values))
    except TypeError:
        raise TypeError(
            f"`{label}` must be a list of numbers; got {values!r}. Write `[{values!r}]` for one."
        ) from None
