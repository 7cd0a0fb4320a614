"""A network that draws images: a small variational autoencoder."""

import math

import keras
import numpy as np
from keras import layers, ops

from helpers.checks import check_integer, check_number
from helpers.networks.progress import TrainingProgress
from helpers.networks.training import STEPS_PER_EXECUTION, DivergenceError

__all__ = ["ImageGenerator", "fit_vae"]

BATCH = 64
LEARNING_RATE = 2e-3


class Sampling(layers.Layer):
    """Draw a code from the normal distribution that the encoder gives, and charge for it.

    From (batch, 2 x latents), means and log variances, to (batch, latents): in training a random
    code, else its mean. The charge is the Kullback-Leibler divergence from the standard normal, in
    nats an image.
    """

    def __init__(self, **options):
        super().__init__(**options)
        self.generator = keras.random.SeedGenerator()

    def call(self, inputs, training=False):
        mean, log_variance = ops.split(inputs, 2, axis=-1)
        divergence = (ops.square(mean) + ops.exp(log_variance) - log_variance - 1) / 2
        self.add_loss(ops.mean(ops.sum(divergence, axis=-1)))
        if not training:
            return mean
        noise = keras.random.normal(ops.shape(mean), seed=self.generator)
        return mean + ops.exp(log_variance / 2) * noise


class ImageGenerator:
    """Draw images from a decoder: a random code becomes a mean image, and noise is added.

    Parameters
    ----------
    decoder : keras.Model
        From codes (batch, latents) to images (batch, height, width, channels).
    noise : float
        Standard deviation of the white noise, not negative.

    Raises
    ------
    TypeError, ValueError
        If the decoder is no such model, or the noise is negative or not finite; in `sample`, for a
        number or a seed that is out of its range.

    Introduced in notebook 06, *Generation*.
    """

    def __init__(self, decoder, noise):
        self.decoder = _check_decoder(decoder)
        self.noise = check_number("noise", noise, minimum=0)

    def sample(self, num_images, *, seed):
        """Return new images, float32 of shape (num_images, height, width, channels).

        `num_images` is at least 1; the same `seed`, at least 0, gives the same images.
        """
        check_integer("num_images", num_images, minimum=1)
        generator = np.random.default_rng(check_integer("seed", seed, minimum=0))
        codes = generator.standard_normal((num_images, self.decoder.input_shape[1]))
        images = self.decoder.predict(codes, verbose=0)
        noise = generator.standard_normal(images.shape)
        return (images + self.noise * noise).astype("float32")


def _check_decoder(decoder):
    if not isinstance(decoder, keras.Model):
        raise TypeError(f"`decoder` must be a keras.Model; got a {type(decoder).__name__}.")
    shapes = [getattr(decoder, name, None) for name in ("input_shape", "output_shape")]
    if [len(shape) if isinstance(shape, tuple) else None for shape in shapes] != [2, 4]:
        raise ValueError(
            "`decoder` must lead from (batch, latents) to (batch, height, width, channels); got "
            f"{decoder.name!r}, from {shapes[0]} to {shapes[1]}."
        )
    return decoder


def fit_vae(images, *, latents=16, units=256, epochs=30):
    """Train a variational autoencoder, and return what draws images like the ones it saw.

    Parameters
    ----------
    images : array_like of shape (n, height, width, channels)
        At least two, finite also in float32; each about as large as the others.
    latents : int
        Numbers in the code of an image, at least 1.
    units : int
        Of the hidden layer on each side, at least 1.
    epochs : int
        Passes over the images, at least 1.

    Returns
    -------
    ImageGenerator

    Raises
    ------
    TypeError, ValueError
        If the images are none of that shape, fewer than two, not finite in float32, or those to
        train on have one grey value only; if a number is below 1.
    DivergenceError
        If the loss became nan or infinite, as it may if the images are not scaled.

    Notes
    -----
    The encoder gives each image a normal distribution of codes, and the decoder makes an image of a
    code drawn from it. The loss is what it would cost to send the image that way, in nats:

        pixels / 2 ln(mean squared error)  +  KL(codes of the image || standard normal).

    The first term is the density of the image under white noise around the decoder's mean, with the
    best variance for the batch; the second keeps the codes where `sample` will draw them. Start and
    order come from Keras's seed.

    The decoder puts out means, which are smooth. Without the noise added to them the images would
    be so, too. Its variance is the mean squared error on images that nobody trained on: the second
    of every ten, images[1::10], is held out for this. Their codes are drawn, as `sample` draws
    codes. From mean codes the error would be too small: with k strong factors in p pixels of white
    noise, by a factor of about (p - k) / p. On the images of the training it would be so, too.

    References
    ----------
    Kingma, Welling, arXiv 1312.6114; Rybkin, Daniilidis, Levine, arXiv 2006.13202 (the variance).

    Introduced in notebook 06, *Generation*.
    """
    images, held_out = _check_images(images)
    check_integer("latents", latents, minimum=1)
    check_integer("units", units, minimum=1)
    check_integer("epochs", epochs, minimum=1)
    centre = images.mean(axis=0, dtype="float64").astype("float32")
    spread = float(images.std(dtype="float64"))
    autoencoder, decoder = _build(images.shape[1:], latents, units, centre, spread)
    num_steps = epochs * math.ceil(len(images) / BATCH)
    schedule = keras.optimizers.schedules.CosineDecay(LEARNING_RATE, num_steps)
    autoencoder.compile(
        optimizer=keras.optimizers.Adam(schedule),
        loss=_reconstruction_cost,
        steps_per_execution=STEPS_PER_EXECUTION[keras.config.backend()],
        jit_compile=False,
    )
    history = autoencoder.fit(
        images, images, batch_size=BATCH, epochs=epochs, verbose=0, callbacks=[TrainingProgress()]
    ).history
    noise = _measure_noise(autoencoder, held_out)
    if not math.isfinite(sum(history["loss"]) + noise):
        raise DivergenceError(
            "Training of the autoencoder diverged: a loss is not finite. Check that the images are "
            "scaled, to a standard deviation of about 1, and that they are not all the same."
        )
    return ImageGenerator(decoder, noise)


def _measure_noise(autoencoder, held_out):
    """Return the root mean square error of images, each from a code that is drawn."""
    total = 0.0
    for start in range(0, len(held_out), BATCH):
        images = held_out[start : start + BATCH]
        means = ops.convert_to_numpy(autoencoder(images, training=True))
        total += np.square(images - means.astype("float64")).sum()
    return math.sqrt(total / held_out.size)


def _check_images(images):
    """Return the images to train on, and those held out for the noise."""
    images = np.asarray(images)
    if images.dtype.kind not in "fiu":
        raise TypeError(f"`images` must hold real numbers; got {images.dtype}.")
    if images.ndim != 4 or len(images) < 2 or 0 in images.shape:
        raise ValueError(
            "`images` must have shape (n, height, width, channels), with at least two images; got "
            f"{images.shape}."
        )
    if not np.isfinite(images).all():
        raise ValueError("`images` must be finite; got nan or infinity.")
    with np.errstate(over="ignore"):  # is refused below
        images = images.astype("float32")
    if not np.isfinite(images).all():
        raise ValueError("`images` must fit into float32; got one above 3.4e38. Scale them.")
    train, held_out = np.delete(images, np.s_[1::10], axis=0), images[1::10]
    if (train == train.flat[0]).all():
        raise ValueError("`images` must differ; got equal pixels only. There is nothing to learn.")
    return train, held_out


def _build(shape, latents, units, centre, spread):
    """Build the autoencoder, and the decoder within it."""
    code = keras.Input((latents,))
    x = layers.Dense(units, activation="relu")(code)
    x = layers.Reshape(shape)(layers.Dense(math.prod(shape))(x))
    decoder = keras.Model(code, x * spread + centre, name="decoder")
    image = keras.Input(shape)
    x = layers.Flatten()((image - centre) / spread)
    x = layers.Dense(units, activation="relu")(x)
    x = Sampling()(layers.Dense(2 * latents)(x))
    return keras.Model(image, decoder(x), name="autoencoder"), decoder


def _reconstruction_cost(images, means):
    """Return the nats an image that white noise around its mean costs, the variance fitted."""
    pixels = math.prod(images.shape[1:])
    return pixels / 2 * ops.log(ops.mean(ops.square(images - means)))
