"""Schedules, and the optimizers that follow them, are Keras's; the wrong ones are told apart."""

import keras
import numpy as np
import pytest

from helpers import scratch
from tests.scratch import wrong_schedules as wrong
from tests.scratch.layer_comparisons import assert_updates_equal_keras
from tests.tolerances import EXACT64, KERAS32

COSINES = [
    ((0.3, 7), {}),
    ((0.3, 7), {"alpha": 0.25}),
    ((0.05, 11), {"warmup_target": 0.4, "warmup_steps": 5}),
    ((0.0, 1), {"warmup_target": 3.0, "warmup_steps": 2, "alpha": 0.5}),
    ((0.5, 9), {"warmup_target": 0.1, "warmup_steps": 3}),  # the "rise" may go down
]
STAIRS = [([4], [1.0, 0.1]), ([0, 3, 8], [0.5, 0.7, 0.02, 0.0])]
OPTIMIZERS = ["SGD", "RMSprop", "Adam", "AdamW"]


def assert_equals_keras(ours, theirs):
    """Compare the rates of 25 steps, more than any of these schedules lasts."""
    expected = [float(theirs(step)) for step in range(25)]
    np.testing.assert_allclose([ours(step) for step in range(25)], expected, **KERAS32)


def build_pair(name, *arguments, **options):
    theirs = getattr(keras.optimizers.schedules, name)(*arguments, **options)
    return getattr(scratch, name)(*arguments, **options), theirs


@pytest.mark.reference("CosineDecay")
@pytest.mark.parametrize(("arguments", "options"), COSINES)
def test_a_cosine_equals_kerass(arguments, options):
    assert_equals_keras(*build_pair("CosineDecay", *arguments, **options))


@pytest.mark.reference("PiecewiseConstantDecay")
@pytest.mark.parametrize(("boundaries", "values"), STAIRS)
def test_stairs_equal_kerass(boundaries, values):
    assert_equals_keras(*build_pair("PiecewiseConstantDecay", boundaries, values))


@pytest.mark.law("CosineDecay")
@pytest.mark.parametrize("decay_steps", [1, 8, 31])
def test_the_mean_of_a_whole_cosine_is_half_its_start(decay_steps):
    rates = [scratch.CosineDecay(0.6, decay_steps)(step) for step in range(decay_steps + 1)]
    np.testing.assert_allclose(np.mean(rates), 0.3, **EXACT64)
    assert rates == sorted(rates, reverse=True)


@pytest.mark.parametrize(
    "schedule",
    [
        ("CosineDecay", (0.0, 30), {"warmup_target": 0.002, "warmup_steps": 9}),
        ("PiecewiseConstantDecay", ([6, 30], [0.002, 0.001, 0.0005]), {}),
    ],
)
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_fifty_scheduled_updates_equal_kerass(name, schedule):
    kind, arguments, options = schedule
    pair = build_pair(kind, *arguments, **options)
    ours, theirs = (
        getattr(part, name)(rate)
        for part, rate in zip((scratch, keras.optimizers), pair, strict=True)
    )
    assert_updates_equal_keras(ours, theirs, generator=np.random.default_rng(0))


def test_an_optimizer_shows_the_rate_of_its_last_step():
    optimizer = scratch.SGD(scratch.PiecewiseConstantDecay([0], [0.5, 0.25]))
    assert optimizer.learning_rate == 0.5
    weights = {"w": np.zeros(1)}
    for _ in range(2):
        optimizer.update(weights, {"w": np.ones(1)})
    assert optimizer.learning_rate == 0.25
    np.testing.assert_allclose(weights["w"], -0.75, **EXACT64)


@pytest.mark.parametrize(
    "mistake",
    [
        *(wrong.WholeWave, wrong.RateThatRisesAgain, wrong.WarmUpInsideTheDecay),
        *(wrong.WarmUpFromZero, wrong.AlphaAsRate),
    ],
)
def test_wrong_cosines_are_told_apart(mistake):
    options = {"warmup_target": 0.4, "warmup_steps": 5, "alpha": 0.25}
    theirs = keras.optimizers.schedules.CosineDecay(0.05, 11, **options)
    with pytest.raises(AssertionError, match="Not equal to tolerance"):
        assert_equals_keras(mistake(0.05, 11, **options), theirs)


def test_wrong_stairs_are_told_apart():
    theirs = keras.optimizers.schedules.PiecewiseConstantDecay(*STAIRS[1])
    with pytest.raises(AssertionError, match="Not equal to tolerance"):
        assert_equals_keras(wrong.BoundaryOfTheNext(*STAIRS[1]), theirs)


@pytest.mark.parametrize("mistake", [wrong.StepOfTheNext, wrong.FirstRateOnly])
def test_optimizers_that_misread_their_schedule_are_told_apart(mistake):
    ours, theirs = build_pair("CosineDecay", 0.0, 30, warmup_target=0.2, warmup_steps=9)
    if mistake is wrong.FirstRateOnly:  # its first rate must not be 0
        ours, theirs = build_pair("CosineDecay", 0.2, 30)
    with pytest.raises(AssertionError, match="Not equal to tolerance"):
        assert_updates_equal_keras(
            mistake(ours), keras.optimizers.SGD(theirs), generator=np.random.default_rng(0)
        )


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_kerass_schedules_become_numbers(name):
    theirs = keras.optimizers.schedules.CosineDecay(0.25, 4)
    optimizer = getattr(scratch, name)(theirs)
    weights = {"w": np.ones(2)}
    for step in range(3):
        optimizer.update(weights, {"w": np.ones(2)})
        assert type(optimizer.learning_rate) is float
        np.testing.assert_allclose(optimizer.learning_rate, float(theirs(step)), **EXACT64)
    assert type(weights["w"]) is np.ndarray


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize(
    ("answer", "error", "message"),
    [
        (-0.1, ValueError, r"`learning_rate` must be a finite number >= 0; got -0\.1"),
        (float("nan"), ValueError, "`learning_rate` must be a finite number >= 0; got nan"),
        (None, TypeError, "a schedule that answers with a number; got None at step 1"),
        ("fast", TypeError, "a schedule that answers with a number; got 'fast' at step 1"),
    ],
)
def test_a_schedules_bad_answer_is_refused(name, answer, error, message):
    optimizer = getattr(scratch, name)(lambda step: 0.1 if step == 0 else answer)
    weights = {"w": np.ones(2)}
    optimizer.update(weights, {"w": np.ones(2)})
    before = weights["w"].copy()
    with pytest.raises(error, match=message):
        optimizer.update(weights, {"w": np.ones(2)})
    np.testing.assert_array_equal(weights["w"], before)
    assert optimizer.iterations == 1
    with pytest.raises(error, match=message.replace("step 1", "step 0")):
        getattr(scratch, name)(lambda step: answer)


@pytest.mark.parametrize("name", OPTIMIZERS)
@pytest.mark.parametrize("kind", [scratch.CosineDecay, scratch.PiecewiseConstantDecay])
def test_a_class_in_place_of_a_schedule_is_refused(name, kind):
    message = rf"the class {kind.__name__}\. Build a schedule with it: `{kind.__name__}\(\.\.\.\)`"
    with pytest.raises(TypeError, match=message):
        getattr(scratch, name)(kind)


@pytest.mark.parametrize(
    ("build", "error", "message"),
    [
        (lambda: scratch.CosineDecay(-0.1, 5), ValueError, "`initial_learning_rate` must be a"),
        (lambda: scratch.CosineDecay(float("nan"), 5), ValueError, "`initial_learning_rate` must"),
        (lambda: scratch.CosineDecay(0.1, 0), ValueError, "`decay_steps` must be an integer of at"),
        (lambda: scratch.CosineDecay(0.1, 2.5), TypeError, "`decay_steps` must be an integer"),
        (lambda: scratch.CosineDecay(0.1, 5, alpha=1.5), ValueError, "`alpha` must be a finite"),
        (
            lambda: scratch.CosineDecay(0.1, 5, warmup_steps=3),
            ValueError,
            "`warmup_target` must be given with `warmup_steps`; got None and 3. Say which",
        ),
        (
            lambda: scratch.CosineDecay(0.1, 5, warmup_target=0.2),
            ValueError,
            "`warmup_steps` must be an integer of at least 1; got 0",
        ),
        (
            lambda: scratch.CosineDecay(0.1, 5, warmup_target=0, warmup_steps=2),
            ValueError,
            "`warmup_target` must be a finite number > 0",
        ),
        (lambda: scratch.CosineDecay(0.1, 5)(-1), ValueError, "`step` must be an integer of at"),
        (lambda: scratch.CosineDecay(0.1, 5)(1.5), TypeError, "`step` must be an integer"),
        (
            lambda: scratch.PiecewiseConstantDecay([], [0.1]),
            ValueError,
            r"`boundaries` must hold steps that increase; got \[\]",
        ),
        (
            lambda: scratch.PiecewiseConstantDecay([3, 3], [1, 2, 3]),
            ValueError,
            r"increase; got \[3, 3\]",
        ),
        (
            lambda: scratch.PiecewiseConstantDecay([3], [0.1]),
            ValueError,
            "`values` must hold one rate more than there are boundaries; got 1 and 1",
        ),
        (
            lambda: scratch.PiecewiseConstantDecay([2.5], [1, 2]),
            TypeError,
            r"`boundaries\[0\]` must be an integer",
        ),
        (
            lambda: scratch.PiecewiseConstantDecay([2], [1, -1]),
            ValueError,
            r"`values\[1\]` must be a finite number >= 0; got -1",
        ),
        (
            lambda: scratch.PiecewiseConstantDecay(3, [1, 2]),
            TypeError,
            r"`boundaries` must be a list of numbers; got 3\. Write `\[3\]` for one",
        ),
        (
            lambda: scratch.PiecewiseConstantDecay([3], 0.1),
            TypeError,
            r"`values` must be a list of numbers; got 0\.1",
        ),
        (
            lambda: scratch.PiecewiseConstantDecay([2], [1, 2])(-1),
            ValueError,
            "`step` must be an integer of at least 0",
        ),
    ],
)
def test_settings_out_of_range_are_refused(build, error, message):
    with pytest.raises(error, match=message):
        build()
