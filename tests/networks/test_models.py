import math

import numpy as np
import pytest

from helpers import networks

SHAPE, UNITS = (20, 17, 3), 4  # never square


@pytest.mark.reference("build_dense_network")
@pytest.mark.reference("build_article_network")
@pytest.mark.reference("build_strided_network")
@pytest.mark.reference("build_modern_network")
@pytest.mark.reference("build_network")
@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("dense", (20 * 17 * 3 + 1) * 128 + (128 + 1) * 4),
        # valid 3 x 3: 18 x 15, pooled 9 x 7
        ("article", (9 * 3 + 1) * 32 + (9 * 7 * 32 + 1) * 4),
        # valid 5 x 5 with stride 2: 8 x 7, then 2 x 2
        ("strided", (25 * 3 + 1) * 16 + (25 * 16 + 1) * 32 + (2 * 2 * 32 + 1) * 4),
        # no biases; batch normalisation: scale and shift a channel
        (
            "modern",
            9 * 3 * 16 + 9 * 16 * 32 + 9 * 32 * 32 + 9 * 32 * 64
            + 2 * (16 + 32 + 32 + 64)
            + (64 + 1) * 4,
        ),
    ],
)  # fmt: skip
def test_trained_parameters_by_hand(name, parameters):
    model = networks.build_network(name, SHAPE, UNITS)
    assert sum(math.prod(weight.shape) for weight in model.trainable_weights) == parameters
    assert model.output_shape == (None, UNITS)


@pytest.mark.law("build_network")
@pytest.mark.parametrize("name", networks.LADDER)
def test_networks_end_in_logits(name):
    model = networks.build_network(name, SHAPE, UNITS)
    logits = model.predict(np.random.default_rng(0).normal(size=(5, *SHAPE)) * 100, verbose=0)
    assert logits.min() < 0  # no softmax, no sigmoid, no ReLU
    assert not np.allclose(logits.sum(axis=1), 1)


def test_two_builds_share_no_weights():
    first, second = (networks.build_modern_network(SHAPE, UNITS) for _ in range(2))
    second.set_weights([weight * 0 for weight in second.get_weights()])
    assert any(weight.any() for weight in first.get_weights())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("artcle", SHAPE, 4), "Did you mean 'article'"),
        (("dense", (28, 28), 4), "channel axis"),
        (("dense", (28, 28, 0), 4), r"`input_shape\[2\]` must be an integer of at least 1; got 0"),
        (("strided", (12, 28, 1), 4), "at least 13 pixels"),
        (("dense", SHAPE, 0), "`units` must be an integer of at least 1"),
    ],
)
def test_bad_arguments_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        networks.build_network(*arguments)


def test_the_smallest_allowed_image_fits_every_network():
    for name in networks.LADDER:
        assert networks.build_network(name, (13, 13, 1), 1).output_shape == (None, 1)
