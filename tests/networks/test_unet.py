import keras
import numpy as np
import pytest

from helpers import networks


@pytest.mark.reference("build_unet")
def test_trained_parameters_by_hand():
    model = networks.build_unet((12, 20, 3), filters=2, levels=2)
    down = (9 * 3 + 1) * 2 + (9 * 2 + 1) * 2 + (9 * 2 + 1) * 4 + (9 * 4 + 1) * 4
    bottom = (9 * 4 + 1) * 8 + (9 * 8 + 1) * 8
    # the skip has as many channels as the level; what comes from below has twice as many
    up = (9 * 12 + 1) * 4 + (9 * 4 + 1) * 4 + (9 * 6 + 1) * 2 + (9 * 2 + 1) * 2
    assert model.count_params() == down + bottom + up + 2 + 1
    assert model.output_shape == (None, 12, 20, 1)


@pytest.mark.law("build_unet")
def test_a_pixel_is_answered_from_its_surroundings_and_at_its_place():
    model = networks.build_unet((24, 32, 1), filters=3, levels=2)
    image = np.random.default_rng(0).standard_normal((1, 24, 32, 1)).astype("float32")
    changed = image.copy()
    changed[0, 12, 16] += 3.0
    difference = np.abs(model.predict(changed, verbose=0) - model.predict(image, verbose=0))
    rows = np.nonzero(difference[0, ..., 0])[0]
    assert difference[0, 12, 16, 0] > 0
    assert rows.max() - rows.min() > 10  # far more than one 3 x 3 kernel sees


def test_skip_connections_carry_what_pooling_loses():
    model = networks.build_unet((8, 12, 1), filters=2, levels=1)
    joined = [layer for layer in model.layers if isinstance(layer, keras.layers.Concatenate)]
    (skip, below) = joined[0].input
    assert skip.shape[1:] == (8, 12, 2)
    assert below.shape[1:] == (8, 12, 4)


def test_it_learns_to_find_bright_squares():
    generator = np.random.default_rng(1)
    masks = np.zeros((200, 8, 12, 1), "float32")
    for mask in masks:
        i, j = generator.integers(6), generator.integers(10)
        mask[i : i + 3, j : j + 3] = 1
    images = (2 * masks + 0.5 * generator.standard_normal(masks.shape)).astype("float32")
    model = networks.build_unet((8, 12, 1), filters=4, levels=1)
    recipe = networks.Recipe("multi-label", epochs=18, batch_size=8, learning_rate=0.01)
    networks.train_network(
        model, (images[:160], masks[:160]), (images[160:180], masks[160:180]), recipe
    )
    marked = networks.predict_probabilities(model, images[180:], task="multi-label") > 0.5
    assert np.mean(marked == masks[180:]) > 0.95


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"input_shape": (28, 28)}, "channel axis"),
        ({"input_shape": (28, 30, 1)}, r"multiples of 4, .* got \(28, 30, 1\). Pad the images"),
        ({"input_shape": (28, 28, 1), "levels": 3}, "multiples of 8"),
        ({"input_shape": (28, 28, 1), "levels": 0}, "`levels` must be an integer of at least 1"),
        ({"input_shape": (28, 28, 1), "filters": 0}, "`filters` must be an integer of at least 1"),
    ],
)
def test_bad_arguments_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        networks.build_unet(**arguments)
