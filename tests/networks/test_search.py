import functools

import keras
import numpy as np
import pytest
from scipy.special import logsumexp
from scipy.stats import multivariate_normal

from helpers import networks
from tests.tolerances import EXACT64, KERAS32

SHAPE, KERNEL_SIZE = (9, 12, 1), 5  # never square; 5 x 8 places


@pytest.mark.reference("LogSumExp")
def test_log_sum_exp_is_scipys_and_does_not_overflow():
    responses = np.random.default_rng(0).normal(0, 300, (2, 5, 7, 3)).astype("float32")
    expected = logsumexp(responses.astype("float64"), axis=(1, 2))
    layer = networks.LogSumExp()
    np.testing.assert_allclose(layer(responses), expected, **KERAS32)
    assert layer.compute_output_shape(responses.shape) == (2, 3)


@pytest.mark.law("LogSumExp")
def test_log_sum_exp_lies_between_the_maximum_and_that_plus_ln_of_the_places():
    responses = np.random.default_rng(0).normal(0, 2, (50, 4, 6, 1)).astype("float32")
    values = np.asarray(networks.LogSumExp()(responses))[:, 0]
    largest = responses.max(axis=(1, 2, 3))
    assert (values > largest).all()
    assert (values < largest + np.log(4 * 6)).all()


def lesion_at(place, profile):
    image = np.zeros(SHAPE[:2])
    row, column = place
    image[row : row + KERNEL_SIZE, column : column + KERNEL_SIZE] = profile
    return image


@pytest.mark.reference("build_correlation_network")
def test_with_the_lesion_as_its_filter_it_is_the_exact_log_likelihood_ratio():
    generator, variance = np.random.default_rng(0), 2.5
    profile = generator.normal(0.5, 1, (KERNEL_SIZE, KERNEL_SIZE))  # asymmetric
    places = [(i, j) for i in range(5) for j in range(8)]
    means = [lesion_at(place, profile).ravel() for place in places]
    images = generator.normal(0, np.sqrt(variance), (20, *SHAPE))
    images[:10, :, :, 0] += lesion_at((3, 6), profile)

    pixels = images.reshape(20, -1)
    covariance = variance * np.eye(pixels.shape[1])
    absent = multivariate_normal(np.zeros(len(covariance)), covariance).logpdf(pixels)
    present = [multivariate_normal(mean, covariance).logpdf(pixels) for mean in means]
    expected = logsumexp(present, axis=0) - np.log(len(places)) - absent

    network = networks.build_correlation_network(SHAPE, kernel_size=KERNEL_SIZE)
    bias = -(profile**2).sum() / (2 * variance) - np.log(len(places))
    network.set_weights([profile[:, :, None, None] / variance, np.array([bias])])
    np.testing.assert_allclose(network.predict(images, verbose=0)[:, 0], expected, **KERAS32)


@pytest.mark.law("build_correlation_network")
def test_the_place_of_the_lesion_does_not_matter():
    network = networks.build_correlation_network(SHAPE, kernel_size=KERNEL_SIZE)
    profile = np.random.default_rng(0).normal(size=(KERNEL_SIZE, KERNEL_SIZE))
    inner = profile * np.pad(np.ones((1, 1)), 2)  # one bright pixel, seen from 5 x 5 places
    images = np.stack([lesion_at(place, inner) for place in [(2, 2), (2, 5)]])[..., None]
    first, second = network.predict(images, verbose=0)
    np.testing.assert_allclose(first, second, **KERAS32)


def test_tied_weights_are_tied():
    network = networks.build_correlation_network((28, 31, 1), tied=True)
    kernel = networks.first_kernels(network)[:, :, 0, 0]
    assert kernel.shape == (9, 9)
    assert len(np.unique(kernel)) == 15  # for each distance on the grid of 9 x 9 pixels
    assert [weight.shape for weight in network.trainable_weights] == [(15, 1), (1,)]
    for turned in (kernel.T, kernel[::-1], kernel[:, ::-1]):
        np.testing.assert_array_equal(turned, kernel)
    assert kernel[4, 1] == kernel[7, 4] != kernel[6, 2]  # 3 pixels away; sqrt 8


@pytest.mark.parametrize(("kernel_size", "distances"), [(1, 1), (2, 1), (3, 3), (4, 3), (5, 6)])
def test_a_kernel_has_as_many_weights_as_distances(kernel_size, distances):
    layer = networks.SymmetricConv2D(kernel_size)
    layer.build((None, 10, 11, 2))
    assert layer.weight.shape == (distances, 2)
    assert layer.kernel.shape == (kernel_size, kernel_size, 2, 1)


@pytest.mark.reference("SymmetricConv2D")
def test_the_tied_layer_is_keras_convolution_with_its_kernel():
    images = np.random.default_rng(0).normal(size=(2, 6, 8, 3)).astype("float32")
    tied = networks.SymmetricConv2D(4, bias_initializer=keras.initializers.Constant(0.7))
    plain = keras.layers.Conv2D(1, 4)
    ours, shape = tied(images), plain(images).shape
    assert tied.compute_output_shape(images.shape) == shape
    plain.set_weights([np.asarray(tied.kernel), np.array([0.7])])
    np.testing.assert_allclose(ours, plain(images), **KERAS32)


@pytest.mark.parametrize("tied", [False, True])
@pytest.mark.parametrize("channels", [1, 6])
def test_training_starts_with_a_response_of_unit_variance_and_the_prior_of_a_place(tied, channels):
    noise = np.random.default_rng(0).normal(size=(200, 28, 31, channels)).astype("float32")
    network = networks.build_correlation_network(noise.shape[1:], tied=tied)
    assert 0.5 < (networks.first_kernels(network) ** 2).sum() < 2
    bias = network.trainable_weights[1].numpy()
    np.testing.assert_allclose(bias, -np.log(20 * 23), **KERAS32)
    assert np.abs(network.predict(noise, verbose=0)).max() < 3
    twin = keras.models.clone_model(network)
    np.testing.assert_array_equal(twin.trainable_weights[1], bias)


# Keras's own way of reading a variable is older than NumPy 2
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
@pytest.mark.parametrize("tied", [False, True])
def test_a_saved_network_predicts_the_same(tmp_path, tied):
    images = np.random.default_rng(0).normal(size=(3, *SHAPE))
    network = networks.build_correlation_network(SHAPE, kernel_size=4, tied=tied)
    network.save(tmp_path / "network.keras")
    again = keras.models.load_model(tmp_path / "network.keras")
    expected = network.predict(images, verbose=0)
    np.testing.assert_allclose(again.predict(images, verbose=0), expected, **EXACT64)


@pytest.mark.parametrize(
    ("shape", "kernel_size", "message"),
    [
        ((28, 28), 9, "channel axis"),
        ((0, 28, 1), 9, r"`input_shape\[0\]` must be an integer of at least 1; got 0"),
        ((8, 28, 1), 9, r"`kernel_size` must fit inside the image; got 9 and input shape \(8, 28"),
        ((28, 28, 1), 0, "`kernel_size` must be an integer of at least 1; got 0"),
    ],
)
def test_bad_arguments_are_refused(shape, kernel_size, message):
    with pytest.raises(ValueError, match=message):
        networks.build_correlation_network(shape, kernel_size=kernel_size)


@pytest.mark.parametrize("shape", [None, (None, None, 1), (28.0, 28, 1), 28, "28"])
def test_what_is_no_shape_is_refused(shape):
    for build in (
        networks.build_correlation_network,
        functools.partial(networks.build_dense_network, units=1),
    ):
        with pytest.raises(TypeError, match=r"`input_shape(\[0\])?` must be .*; got"):
            build(shape)


def test_the_smallest_filter_and_the_largest_fit():
    for kernel_size in (1, 9):
        network = networks.build_correlation_network(SHAPE, kernel_size=kernel_size, tied=True)
        assert network.output_shape == (None, 1)
