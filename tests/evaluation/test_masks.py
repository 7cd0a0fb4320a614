import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.spatial.distance import cdist
from skimage.metrics import hausdorff_distance
from skimage.segmentation import find_boundaries
from sklearn.metrics import f1_score, jaccard_score

from helpers.evaluation.masks import compute_dice, compute_hausdorff
from tests.tolerances import EXACT64

shapes = st.sampled_from([(4, 7), (3, 4, 5)])
pairs = shapes.flatmap(lambda shape: st.tuples(arrays(bool, shape), arrays(bool, shape)))
filled = pairs.filter(lambda pair: pair[0].any() and pair[1].any())
spacings = st.sampled_from([1.0, 0.5, (3.0, 0.7, 1.0)])


def draw_disc(centre, radius, shape=(20, 31)):
    i, j = np.indices(shape)
    return (i - centre[0]) ** 2 + (j - centre[1]) ** 2 <= radius**2


def outline_by_neighbours(mask):
    """List the pixels of an outline by asking each of their neighbours."""
    padded = np.pad(mask, 1)
    steps = [
        step for step in itertools.product((-1, 0, 1), repeat=mask.ndim) if np.abs(step).sum() == 1
    ]
    return (
        np.array(
            [
                place
                for place in np.argwhere(padded)
                if not all(padded[tuple(place + step)] for step in steps)
            ]
        )
        - 1
    )


@pytest.mark.reference("compute_dice")
@given(filled)
def test_dice_is_the_f1_score_of_pixels(pair):
    true, pred = (mask.ravel() for mask in pair)
    np.testing.assert_allclose(compute_dice(*pair), f1_score(true, pred), **EXACT64)
    jaccard = jaccard_score(true, pred)
    np.testing.assert_allclose(compute_dice(*pair), 2 * jaccard / (1 + jaccard), **EXACT64)


@pytest.mark.law("compute_dice")
@pytest.mark.law("compute_hausdorff")
@given(pairs)
def test_masks_can_change_places_and_turn(pair):
    first, second = pair
    for measure in (compute_dice, compute_hausdorff):
        value = measure(first, second)
        assert measure(second, first) == value
        assert measure(first[::-1].swapaxes(0, 1), second[::-1].swapaxes(0, 1)) == value
        assert measure(first, first) == (1 if measure is compute_dice else 0)


@pytest.mark.reference("compute_hausdorff")
@given(filled)
def test_hausdorff_is_that_of_scikit_image_between_outlines(pair):
    outlines = [find_boundaries(np.pad(mask, 1), connectivity=1, mode="inner") for mask in pair]
    expected = hausdorff_distance(*outlines)
    np.testing.assert_allclose(compute_hausdorff(*pair), expected, **EXACT64)


@pytest.mark.reference("compute_hausdorff")
@given(filled, spacings, st.sampled_from([50, 95, 100]))
def test_percentiles_are_those_of_all_pairs_of_pixels(pair, spacing, percentile):
    spacing = spacing if np.ndim(spacing) == 0 else spacing[: pair[0].ndim]
    first, second = (outline_by_neighbours(mask) * np.array(spacing) for mask in pair)
    distances = cdist(first, second)
    there, back = (np.percentile(distances.min(axis), percentile) for axis in (1, 0))
    found = compute_hausdorff(*pair, spacing=spacing, percentile=percentile)
    np.testing.assert_allclose(found, max(there, back), **EXACT64)


def test_discs_by_hand():
    disc = draw_disc((9, 9), 6)
    assert compute_hausdorff(disc, draw_disc((9, 14), 6)) == 5
    block, inner = np.zeros((20, 31), bool), np.zeros((20, 31), bool)
    block[2:13, 5:20] = inner[4:11, 7:18] = True  # corner to corner: 2 rows and 2 columns
    np.testing.assert_allclose(compute_hausdorff(block, inner), np.sqrt(8), **EXACT64)
    assert compute_dice(disc, draw_disc((9, 24), 6)) == 0
    assert compute_hausdorff(disc, draw_disc((9, 14), 6), spacing=(2, 0.5)) == 2.5


def test_a_hole_has_an_outline():
    disc = draw_disc((9, 9), 6)
    ring = disc & ~draw_disc((9, 9), 1)
    # the hole's outline is 2 from the centre; the disc's, 6
    assert compute_hausdorff(disc, ring) > 3.5


def test_a_stray_pixel_decides_the_greatest_distance_and_not_the_95th_percentile():
    disc = draw_disc((9, 9), 6)
    stray = disc.copy()
    stray[9, 30] = True
    assert compute_hausdorff(disc, stray) == 15
    assert compute_hausdorff(disc, stray, percentile=95) == 0


@pytest.mark.parametrize("shape", [(3, 5), (2, 3, 5)])
def test_empty_masks_agree_and_one_empty_mask_does_not(shape):
    empty, one = np.zeros(shape, bool), np.zeros(shape, bool)
    one[..., -1, 2] = True
    assert (compute_dice(empty, empty), compute_hausdorff(empty, empty)) == (1, 0)
    for pair in [(empty, one), (one, empty)]:
        assert (compute_dice(*pair), compute_hausdorff(*pair)) == (0, np.inf)
        assert compute_hausdorff(*pair, percentile=95) == np.inf
    full = np.ones(shape, bool)
    assert (compute_dice(full, full), compute_hausdorff(full, full)) == (1, 0)


def test_integers_0_and_1_are_masks():
    masks = np.array([[[0, 1], [1, 1]], [[0, 1], [0, 0]]], dtype="uint8")
    assert compute_dice(*masks) == compute_dice(*masks.astype(bool)) == 0.5
    assert isinstance(compute_dice(*masks), float)
    assert isinstance(compute_hausdorff(*masks), float)


@pytest.mark.parametrize("measure", [compute_dice, compute_hausdorff])
@pytest.mark.parametrize(
    ("true", "pred", "kind", "message"),
    [
        (np.full((2, 3), 255), np.zeros((2, 3), int), TypeError, "Make it one: `mask_true > 0`"),
        (np.ones((2, 3), int), np.full((2, 3), 0.7), TypeError, "`mask_pred >= 0.5` for prob"),
        (np.ones((2, 3), int), [["a"]], TypeError, "`mask_pred` must be bool"),
        (np.ones((2, 3), int), np.ones((3, 2), int), ValueError, r"got \(2, 3\) and \(3, 2\)"),
        (np.ones(3, int), np.ones(3, int), ValueError, r"\(height, width\) or .*; got \(3,\)"),
        (np.ones((0, 3), int), np.ones((0, 3), int), ValueError, r"hold something; got \(0, 3\)"),
        (
            *(np.ones((2, 5, 7, 1), int), np.ones((2, 5, 7, 1), int)),
            *(ValueError, r"Take the channel away: `mask\[\.\.\., 0\]`"),
        ),
    ],
)
def test_what_is_no_mask_is_refused(measure, true, pred, kind, message):
    with pytest.raises(kind, match=message):
        measure(true, pred)


@pytest.mark.parametrize(
    ("options", "kind", "message"),
    [
        ({"spacing": 0}, ValueError, "`spacing` must be a finite number > 0"),
        ({"spacing": (1, -1)}, ValueError, "`spacing` must be a finite number > 0; got -1"),
        ({"spacing": (1, 1, 1)}, ValueError, "`spacing` must be one number, or one for each axis"),
        ({"spacing": "mm"}, TypeError, "`spacing`"),
        ({"percentile": 0}, ValueError, "`percentile` must be a finite number > 0 and <= 100"),
        ({"percentile": 101}, ValueError, "`percentile`"),
    ],
)
def test_bad_options_are_refused(options, kind, message):
    mask = np.ones((2, 3), bool)
    with pytest.raises(kind, match=message):
        compute_hausdorff(mask, mask, **options)
