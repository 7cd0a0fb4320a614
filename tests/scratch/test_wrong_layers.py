"""The comparisons that the other tests use reject every mistake that is kept here."""

import inspect

import keras
import numpy as np
import pytest

from tests.scratch import layer_comparisons as comparisons
from tests.scratch import wrong_layers as wrong
from tests.scratch.test_losses import LOSSES, draw_case
from tests.tolerances import KERAS32

SHAPE = (3, 5)


def activation(name):
    return keras.layers.Activation(name, dtype="float64")


def dense():
    return keras.layers.Dense(4, dtype="float64")


def normalization():
    return keras.layers.BatchNormalization(dtype="float64")


# mistake, Keras's layer, training
LAYERS = [
    (wrong.TransposedKernel(4), dense(), False),
    (wrong.ForgottenBias(4), dense(), False),
    (wrong.AveragedBiasGradient(4), dense(), False),
    (wrong.SigmoidWithoutComplement(), activation("sigmoid"), False),
    (wrong.TanhWithoutSquare(), activation("tanh"), False),
    (wrong.ReLUThatLooksAtTheGradient(), activation("relu"), False),
    (wrong.LeakyReLUWithoutLeak(), keras.layers.LeakyReLU(dtype="float64"), False),
    (wrong.GELUWithoutDensity(), activation("gelu"), False),
    (wrong.DiagonalSoftmax(), activation("softmax"), False),
    (wrong.UnbiasedVariance(), normalization(), True),
    (wrong.ConstantStatistics(), normalization(), True),
]
# forward and backward make the same mistake, so differences cannot see it
CONSISTENT = [(wrong.TrainingStatisticsAtInference(), normalization(), False)]
OPTIMIZERS = [
    (wrong.WrongMomentumSign(momentum=0.9), keras.optimizers.SGD(momentum=0.9)),
    (wrong.AveragedMomentum(momentum=0.9), keras.optimizers.SGD(momentum=0.9)),
    (
        wrong.NesterovThatDoesNotLookAhead(momentum=0.9, nesterov=True),
        keras.optimizers.SGD(momentum=0.9, nesterov=True),
    ),
    (wrong.EpsilonOutsideTheRoot(), keras.optimizers.RMSprop()),
    (wrong.EpsilonInsideTheRoot(), keras.optimizers.Adam()),
    (wrong.AdamWithoutCorrection(), keras.optimizers.Adam()),
    (wrong.AdamThatCountsArrays(), keras.optimizers.Adam()),
    (wrong.DecayThroughTheGradient(), keras.optimizers.AdamW()),
]
LOSS_MISTAKES = {
    "squared": wrong.HalvedSquaredError(),
    "binary": wrong.UnaveragedBinaryCrossentropy(),
    "one-hot": wrong.UnaveragedCategoricalCrossentropy(),
    "sparse": wrong.UnaveragedSparseCrossentropy(),
}
VARIANCES = [
    (wrong.he_normal_of_fan_out, 2 / 105),
    (wrong.he_normal_not_widened, 2 / 105),
    (wrong.glorot_uniform_without_three, 2 / (105 + 14_000)),
]
DROPOUTS = [wrong.UnscaledDropout(0.4), wrong.DropoutThatForgetsItsMask(0.4)]


def identify(item):
    return type(item).__name__


def reject(compare, *arguments, **options):
    with pytest.raises(AssertionError):
        compare(*arguments, **options)


@pytest.mark.parametrize(("layer", "twin", "training"), LAYERS + CONSISTENT, ids=identify)
def test_keras_rejects_wrong_layers(layer, twin, training):
    generator = np.random.default_rng(0)
    layer.build(SHAPE[1:], generator)
    options = dict(generator=generator, training=training)
    x = generator.normal(size=SHAPE)
    # the loosest tolerance that a right layer needs
    reject(comparisons.assert_equals_keras, layer, twin, x, tolerance=KERAS32, **options)


@pytest.mark.parametrize(("layer", "twin", "training"), LAYERS, ids=identify)
def test_differences_reject_wrong_layers(layer, twin, training):
    generator = np.random.default_rng(0)
    layer.build(SHAPE[1:], generator)
    options = dict(generator=generator, training=training)
    x = generator.normal(size=SHAPE)
    reject(comparisons.assert_agrees_with_differences, layer, x, **options)


def test_wrong_moving_statistics_are_rejected():
    batches = np.random.default_rng(0).normal(loc=2, size=(3, *SHAPE))
    for layer in [wrong.SwappedMomentum(), wrong.TrainingStatisticsAtInference()]:
        layer.build(SHAPE[1:], np.random.default_rng(0))
        reject(comparisons.assert_statistics_equal_keras, layer, normalization(), batches)


def test_wrong_dropout_is_rejected():
    generator = np.random.default_rng(0)
    unscaled, forgetful = DROPOUTS
    reject(comparisons.assert_keeps_the_mean, unscaled, generator=generator)
    forgetful.build(SHAPE[1:], generator)
    x = generator.normal(size=SHAPE)
    options = dict(generator=generator, training=True)
    reject(comparisons.assert_agrees_with_differences, forgetful, x, **options)


@pytest.mark.parametrize("name", LOSS_MISTAKES)
def test_wrong_losses_are_rejected(name):
    case = draw_case(name, SHAPE, np.random.default_rng(0))
    reject(comparisons.assert_loss_equals_keras, LOSS_MISTAKES[name], LOSSES[name][1], *case)


@pytest.mark.parametrize(("optimizer", "twin"), OPTIMIZERS, ids=identify)
def test_wrong_optimizers_are_rejected(optimizer, twin):
    generator = np.random.default_rng(0)
    reject(comparisons.assert_updates_equal_keras, optimizer, twin, generator=generator)


@pytest.mark.parametrize(("draw", "variance"), VARIANCES)
def test_wrong_initialisers_are_rejected(draw, variance):
    reject(comparisons.assert_variance, draw, variance, generator=np.random.default_rng(0))


def test_every_mistake_is_tried():
    tried = [layer for layer, *_ in LAYERS + CONSISTENT + OPTIMIZERS]
    tried += [*DROPOUTS, *LOSS_MISTAKES.values(), wrong.SwappedMomentum()]
    names = {type(item).__name__ for item in tried} | {draw.__name__ for draw, _ in VARIANCES}
    kept = {
        name
        for name, item in vars(wrong).items()
        if (inspect.isclass(item) or inspect.isfunction(item)) and item.__module__ == wrong.__name__
    }
    assert kept == names
