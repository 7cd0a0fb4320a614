import keras
import numpy as np
import pytest

from helpers import networks

SHAPE = (5, 7, 1)  # never square


def draw_two_factors(generator, num_images):
    """Images of two patterns of random strength around a mean, in white noise of 0.3."""
    patterns = np.zeros((2, *SHAPE))
    patterns[0, 1:3, :4] = 1.0
    patterns[1, 3:, 2:] = -0.3  # weak: it pays only if code and error are weighed rightly
    strengths = generator.standard_normal((num_images, 2))
    mean = np.linspace(2, 5, 35).reshape(SHAPE)
    noise = 0.3 * generator.standard_normal((num_images, *SHAPE))
    images = mean + np.tensordot(strengths, patterns, axes=1) + noise
    rows = patterns.reshape(2, -1)
    return images.astype("float32"), mean, rows.T @ rows + 0.09 * np.eye(35)


def build_decoder():
    return keras.Sequential(
        [keras.Input((3,)), keras.layers.Dense(35), keras.layers.Reshape(SHAPE)]
    )


@pytest.mark.reference("fit_vae")
def test_its_images_have_the_mean_and_covariance_of_those_it_saw():
    images, mean, covariance = draw_two_factors(np.random.default_rng(0), 3000)
    generator = networks.fit_vae(images, latents=2, units=64, epochs=40)
    drawn = generator.sample(4000, seed=0)
    assert drawn.shape == (4000, *SHAPE)
    assert drawn.dtype == "float32"
    assert generator.noise == pytest.approx(0.3, rel=0.1)
    np.testing.assert_allclose(drawn.mean(axis=0), mean, atol=0.1)
    found = np.cov(drawn.reshape(4000, -1).T)
    error = np.linalg.norm(found - covariance) / np.linalg.norm(covariance)
    assert error < 0.25
    weak = np.zeros(SHAPE)
    weak[3:, 2:] = 1
    along = [weak.ravel() @ matrix @ weak.ravel() for matrix in (found, covariance)]
    assert along[0] == pytest.approx(along[1], rel=0.3)


@pytest.mark.reference("fit_vae")
def test_its_noise_is_that_of_drawn_codes():
    generator = np.random.default_rng(0)
    factors = 4 * np.linalg.qr(generator.standard_normal((36, 10)))[0].T
    rows = generator.standard_normal((3000, 10)) @ factors
    images = (rows + 0.3 * generator.standard_normal(rows.shape)).reshape(-1, 4, 9, 1)
    found = networks.fit_vae(images, latents=10, units=128, epochs=100).noise
    assert found == pytest.approx(0.3, rel=0.07)
    assert found > 1.07 * 0.3 * np.sqrt((36 - 10) / 36)  # the error of mean codes


@pytest.mark.reference("fit_vae")
def test_its_noise_is_that_of_images_it_did_not_learn_by_heart():
    white = np.random.default_rng(3).standard_normal((200, 4, 9, 1))
    generator = networks.fit_vae(white, latents=16, units=256, epochs=100)
    assert generator.noise == pytest.approx(1, rel=0.07)


def test_the_images_held_out_are_the_second_of_every_ten():
    images = np.random.default_rng(4).standard_normal((40, *SHAPE))
    start = networks.fit_vae(images, epochs=1, units=4).noise
    images[1::10] += 30
    assert start < 2
    assert networks.fit_vae(images, epochs=1, units=4).noise > 10


def test_the_seed_of_a_sample_decides_its_images():
    decoder = build_decoder()
    generator = networks.ImageGenerator(decoder, 0.5)
    first, again, other = (generator.sample(4, seed=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)
    smooth = networks.ImageGenerator(decoder, 0.0).sample(2000, seed=1)
    rough = networks.ImageGenerator(decoder, 0.5).sample(2000, seed=1)
    assert (rough - smooth).std() == pytest.approx(0.5, rel=0.02)


IMAGES = np.arange(4 * 35.0).reshape(4, *SHAPE)


@pytest.mark.parametrize(
    ("images", "options", "error", "message"),
    [
        (IMAGES[..., 0], {}, ValueError, r"shape \(n, height, width, channels\)"),
        (IMAGES[:1], {}, ValueError, "at least two images"),
        (IMAGES + np.inf, {}, ValueError, "finite; got nan or infinity"),
        (1e37 * IMAGES, {}, ValueError, r"must fit into float32; got one above 3.4e38\. Scale"),
        (0 * IMAGES + 3, {}, ValueError, "must differ; got equal pixels only"),
        (1 + 1e-12 * IMAGES, {}, ValueError, "must differ; got equal pixels only"),  # in float32
        (IMAGES > 0, {}, TypeError, "real numbers; got bool"),
        (IMAGES, {"latents": 0}, ValueError, "`latents` must be an integer of at least 1"),
        (IMAGES, {"units": 0}, ValueError, "`units` must be an integer of at least 1"),
        (IMAGES, {"epochs": 0}, ValueError, "`epochs` must be an integer of at least 1"),
    ],
)
def test_bad_arguments_are_refused(images, options, error, message):
    with pytest.raises(error, match=message):
        networks.fit_vae(images, **options)


def test_a_loss_beyond_all_numbers_is_a_divergence():
    images = 1e25 * np.random.default_rng(2).standard_normal((4, *SHAPE))
    with pytest.raises(
        networks.DivergenceError, match=r"a loss is not finite\. Check that the images are scaled"
    ):
        networks.fit_vae(images, epochs=1)


def test_bad_samples_are_refused():
    generator = networks.ImageGenerator(build_decoder(), 0.5)
    with pytest.raises(ValueError, match="`num_images` must be an integer of at least 1"):
        generator.sample(0, seed=0)
    with pytest.raises(ValueError, match="`seed` must be an integer of at least 0"):
        generator.sample(1, seed=-1)
    with pytest.raises(ValueError, match="`noise` must be a finite number >= 0"):
        networks.ImageGenerator(generator.decoder, -0.5)


TWO_CODES = [keras.Input((3,)), keras.Input((35,))]


@pytest.mark.parametrize(
    ("decoder", "error", "message"),
    [
        (None, TypeError, "`decoder` must be a keras.Model; got a NoneType"),
        (
            keras.Sequential([keras.Input((3,))]),
            ValueError,
            r"to \(batch, height, width, channels\)",
        ),
        (
            keras.Sequential([keras.layers.Dense(35)]),
            ValueError,
            r"got 'sequential.*', from None to",
        ),
        (
            keras.Model(TWO_CODES, keras.layers.Reshape(SHAPE)(TWO_CODES[1])),
            ValueError,
            r"lead from \(batch, latents\) .*, from \[\(None, 3\), \(None, 35\)\] to",
        ),
    ],
)
def test_what_is_no_decoder_is_refused(decoder, error, message):
    with pytest.raises(error, match=message):
        networks.ImageGenerator(decoder, 0.5)
