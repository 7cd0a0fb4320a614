import keras
import numpy as np
import pytest
from scipy.signal import correlate

from helpers import networks
from tests.tolerances import DIFFERENCES, KERAS32

SHAPE = (14, 16, 2)


@pytest.fixture
def linear():
    return keras.Sequential(
        [keras.Input(SHAPE), keras.layers.Flatten(), keras.layers.Dense(3)], name="linear"
    )


@pytest.mark.reference("input_gradient")
def test_the_gradient_of_a_linear_network_is_its_weights(linear):
    images = np.random.default_rng(0).normal(size=(4, *SHAPE))
    weights = np.asarray(linear.layers[-1].kernel)[:, 2].reshape(SHAPE)
    gradient = networks.input_gradient(linear, images, 2)
    np.testing.assert_allclose(gradient, np.broadcast_to(weights, gradient.shape), **KERAS32)


@pytest.mark.reference("input_gradient")
def test_the_gradient_agrees_with_finite_differences():
    model = keras.Sequential(  # smooth: no kinks
        [
            keras.Input(SHAPE),
            keras.layers.Conv2D(3, 3, activation="tanh"),
            keras.layers.Flatten(),
            keras.layers.Dense(2),
        ]
    )
    generator = np.random.default_rng(0)
    image, direction = generator.normal(size=(2, 1, *SHAPE)).astype("float32")
    step = 1e-2
    ahead, behind = (model.predict(image + s * direction, verbose=0)[0, 1] for s in (step, -step))
    along = (networks.input_gradient(model, image, 1) * direction).sum()
    np.testing.assert_allclose(along, (ahead - behind) / (2 * step), **DIFFERENCES)


def test_the_gradient_refuses_other_shapes_and_outputs(linear):
    with pytest.raises(ValueError, match=r"\(batch, 14, 16, 2\).*got \(1, 16, 14, 2\)"):
        networks.input_gradient(linear, np.zeros((1, 16, 14, 2)), 0)
    with pytest.raises(ValueError, match="at least one image"):
        networks.input_gradient(linear, np.zeros((0, *SHAPE)), 0)
    with pytest.raises(ValueError, match="`output` must be an integer from 0 to 2"):
        networks.input_gradient(linear, np.zeros((1, *SHAPE)), 3)


@pytest.mark.reference("compute_saliency")
def test_saliency_of_a_linear_network_is_the_size_of_its_weights(linear):
    images = np.random.default_rng(0).normal(size=(2, *SHAPE))
    weights = np.abs(np.asarray(linear.layers[-1].kernel)).reshape(*SHAPE, 3).max(axis=2)
    maps = networks.compute_saliency(linear, images, [0, 2])
    np.testing.assert_allclose(maps, [weights[..., 0], weights[..., 2]], **KERAS32)


@pytest.mark.law("compute_saliency")
def test_saliency_repeats_and_its_noise_matters():
    model = networks.build_article_network(SHAPE, 3)
    images = np.random.default_rng(0).normal(size=(2, *SHAPE))
    first, again = (networks.compute_saliency(model, images, [1, 1]) for _ in range(2))
    np.testing.assert_array_equal(first, again)
    plain = networks.compute_saliency(model, images, [1, 1], num_samples=1, noise=0.0)
    gradient = networks.input_gradient(model, images, 1)
    np.testing.assert_allclose(plain, np.abs(gradient).max(axis=3), **KERAS32)
    assert not np.allclose(first, plain)


def test_saliency_wants_an_output_for_each_image(linear):
    with pytest.raises(ValueError, match="one logit an image; got 1 for 2 images"):
        networks.compute_saliency(linear, np.zeros((2, *SHAPE)), [0])


@pytest.mark.reference("feature_maps")
@pytest.mark.reference("first_kernels")
def test_feature_maps_are_scipys_cross_correlation():
    model = networks.build_article_network(SHAPE, 3)
    image = np.random.default_rng(0).normal(size=(1, *SHAPE))
    kernels = networks.first_kernels(model)
    assert kernels.shape == (3, 3, 2, 32)
    one = correlate(image[0], kernels[..., 5], mode="valid")[:, :, 0]  # biases start at 0
    maps = networks.feature_maps(model, image)
    np.testing.assert_allclose(maps[0, :, :, 5], np.maximum(one, 0), **KERAS32)


def test_a_network_without_convolution_has_neither(linear):
    assert networks.first_kernels(linear) is None
    assert networks.feature_maps(linear, np.zeros((1, *SHAPE))) is None


@pytest.mark.law("shuffle_weights")
def test_shuffled_weights_keep_their_histogram_and_lose_their_order():
    model = networks.build_modern_network(SHAPE, 3)
    before = model.get_weights()
    twin = networks.shuffle_weights(model, seed=0)
    for old, new, kept in zip(before, twin.get_weights(), model.get_weights(), strict=True):
        np.testing.assert_array_equal(np.sort(old.ravel()), np.sort(new.ravel()))
        np.testing.assert_array_equal(old, kept)
    assert any((old != new).any() for old, new in zip(before, twin.get_weights(), strict=True))
