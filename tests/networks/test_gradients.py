"""The gradient of a loss; the gradient of an output is tested with what it explains."""

import keras
import numpy as np
import pytest
from scipy.special import softmax

from helpers import networks
from tests.tolerances import DIFFERENCES, KERAS32

SHAPE = (6, 8, 2)


def labelled_images(n, classes):
    generator = np.random.default_rng(0)
    return generator.normal(size=(n, *SHAPE)), generator.integers(0, classes, n)


@pytest.mark.reference("loss_gradients")
def test_the_gradient_of_softmax_regression_is_p_minus_y():
    images, labels = labelled_images(7, 3)
    model = keras.Sequential([keras.Input(SHAPE), keras.layers.Flatten(), keras.layers.Dense(3)])
    kernel, bias = model.get_weights()
    pixels = images.reshape(7, -1)
    p = softmax(pixels @ kernel + bias, axis=1)
    difference = p - np.eye(3)[labels]  # (image, class)
    loss = networks.build_loss("multi-class")
    value, gradients = networks.loss_gradients(model, images, labels, loss)
    np.testing.assert_allclose(value, -np.log(p[np.arange(7), labels]).mean(), **KERAS32)
    np.testing.assert_allclose(gradients[0], pixels.T @ difference / 7, **KERAS32)
    np.testing.assert_allclose(gradients[1], difference.mean(axis=0), **KERAS32)


@pytest.mark.reference("loss_gradients")
@pytest.mark.parametrize("tied", [False, True])
def test_the_gradient_agrees_with_finite_differences(tied):
    images, labels = labelled_images(40, 2)
    model = networks.build_correlation_network(SHAPE, kernel_size=4, tied=tied)
    loss, generator, step = networks.build_loss("binary"), np.random.default_rng(1), 1e-2
    _, gradients = networks.loss_gradients(model, images, labels, loss)
    start = model.get_weights()
    directions = [generator.normal(size=weight.shape) for weight in start]
    values = []
    for sign in (1, -1):
        moved = [w + sign * step * d for w, d in zip(start, directions, strict=True)]
        model.set_weights(moved)
        values.append(networks.loss_gradients(model, images, labels, loss)[0])
    along = sum((g * d).sum() for g, d in zip(gradients, directions, strict=True))
    np.testing.assert_allclose(along, (values[0] - values[1]) / (2 * step), **DIFFERENCES)


@pytest.mark.law("loss_gradients")
def test_a_tied_weight_gathers_the_gradients_of_its_pixels():
    images, labels = labelled_images(9, 2)
    tied = networks.build_correlation_network(SHAPE, kernel_size=3, tied=True)
    free = networks.build_correlation_network(SHAPE, kernel_size=3)
    free.set_weights([networks.first_kernels(tied), tied.get_weights()[1]])
    loss = networks.build_loss("binary")
    gathered = networks.loss_gradients(tied, images, labels, loss)[1][0]  # (distance, channel)
    single = networks.loss_gradients(free, images, labels, loss)[1][0][..., 0]  # (3, 3, channel)
    edges, corners = single[[0, 1, 1, 2], [1, 0, 2, 1]], single[[0, 0, 2, 2], [0, 2, 0, 2]]
    expected = [single[1, 1], edges.sum(axis=0), corners.sum(axis=0)]
    np.testing.assert_allclose(gathered, expected, **KERAS32)


@pytest.mark.law("loss_gradients")
def test_layers_act_as_in_use():
    images, labels = labelled_images(5, 2)
    model = keras.Sequential(
        [
            keras.Input(SHAPE),
            keras.layers.BatchNormalization(),
            keras.layers.Flatten(),
            keras.layers.Dropout(0.5),
            keras.layers.Dense(1),
        ]
    )
    before, loss = model.get_weights(), networks.build_loss("binary")
    first, again = (networks.loss_gradients(model, images, labels, loss) for _ in range(2))
    assert first[0] == again[0]
    for one, other in zip(first[1], again[1], strict=True):
        np.testing.assert_array_equal(one, other)
    for old, new in zip(before, model.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


def test_a_weight_without_influence_has_the_gradient_zero():
    inputs = keras.Input((3,))
    aside = keras.ops.stop_gradient(keras.layers.Dense(1, use_bias=False)(inputs))
    model = keras.Model(inputs, keras.layers.Dense(1, use_bias=False)(inputs) + aside)
    loss = keras.losses.MeanSquaredError()
    _, gradients = networks.loss_gradients(model, np.ones((4, 3)), np.full(4, 9), loss)
    assert [gradient.shape for gradient in gradients] == [(3, 1), (3, 1)]
    assert sorted(bool(gradient.any()) for gradient in gradients) == [False, True]


def test_images_and_labels_that_do_not_fit_are_refused():
    images, labels = labelled_images(4, 2)
    model, loss = networks.build_correlation_network(SHAPE, kernel_size=2), None
    with pytest.raises(ValueError, match=r"\(batch, 6, 8, 2\).*got \(4, 8, 6, 2\)"):
        networks.loss_gradients(model, images.transpose(0, 2, 1, 3), labels, loss)
    with pytest.raises(ValueError, match="at least one image"):
        networks.loss_gradients(model, images[:0], labels[:0], loss)
    with pytest.raises(ValueError, match="`labels` must be as many as `images`; got 3 for 4"):
        networks.loss_gradients(model, images, labels[:3], loss)
