"""Schedules with one mistake each, such as people really make; the docstring names the mistake."""

import math

from helpers import scratch


class WholeWave(scratch.CosineDecay):
    """Takes a whole wave, so the rate comes back."""

    def __call__(self, step):
        done = max(step - self.warmup_steps, 0)
        return super().__call__(step if done == 0 else step + min(done, self.decay_steps))


class RateThatRisesAgain(scratch.CosineDecay):
    """Does not stay at the end of the wave."""

    def __call__(self, step):
        done = (step - self.warmup_steps) / self.decay_steps
        if done <= 1:
            return super().__call__(step)
        fall = (1 + math.cos(math.pi * done)) / 2
        return self.highest * (self.alpha + (1 - self.alpha) * fall)


class WarmUpInsideTheDecay(scratch.CosineDecay):
    """Counts the steps of the warm-up among those of the decay."""

    def __init__(self, *arguments, **options):
        super().__init__(*arguments, **options)
        self.decay_steps = max(self.decay_steps - self.warmup_steps, 1)


class WarmUpFromZero(scratch.CosineDecay):
    """Forgets where the warm-up starts."""

    def __call__(self, step):
        if step < self.warmup_steps:
            return self.highest * step / self.warmup_steps
        return super().__call__(step)


class AlphaAsRate(scratch.CosineDecay):
    """Takes alpha for a rate where it is a share."""

    def __call__(self, step):
        if step < self.warmup_steps:
            return super().__call__(step)
        return max(super().__call__(step), self.alpha)


class BoundaryOfTheNext(scratch.PiecewiseConstantDecay):
    """Gives the step that is a boundary to the rate behind it."""

    def __call__(self, step):
        return super().__call__(step + 1)


class StepOfTheNext(scratch.SGD):
    """Asks the schedule after counting the step."""

    def update(self, parameters, gradients):
        schedule, self.schedule = self.schedule, None
        self.learning_rate = schedule(self.iterations + 1)
        super().update(parameters, gradients)
        self.schedule = schedule


class FirstRateOnly(scratch.SGD):
    """Asks the schedule once."""

    def __init__(self, learning_rate):
        super().__init__(learning_rate(0))
