import itertools

import numpy as np
import pytest

from helpers.data.simulate import Lesion, build_lesion
from tests.tolerances import EXACT64

ROUND = ["gaussian", "disk", "ring"]


def loop_profile(shape, height, width, w):
    """Fill a profile pixel by pixel from the formulas in the documentation."""
    profile = np.zeros((height, width))
    for i in range(height):
        for j in range(width):
            y, x = i - height // 2, j - width // 2
            r = (y * y + x * x) ** 0.5
            t = (y + 2 * x) / 5**0.5 + 1.25 * w
            across = (2 * y - x) / 5**0.5
            along = np.exp(-0.5 * (t / (w / 3)) ** 2) if t < 0 else np.exp(-t / (1.5 * w))
            profile[i, j] = {
                "gaussian": np.exp(-0.5 * (r / w) ** 2),
                "disk": float(r <= 1.5 * w),
                "ring": np.exp(-0.5 * ((r - 1.5 * w) / (w / 3)) ** 2),
                "comet": np.exp(-0.5 * (across / (2 * w / 3)) ** 2) * along,
            }[shape]
    return profile / profile.max()


@pytest.mark.reference("build_lesion")
@pytest.mark.parametrize("shape", [*ROUND, "comet"])
@pytest.mark.parametrize("width", [0.8, 1.5, 2.3])
def test_a_lesion_follows_its_formula(shape, width):
    lesion = build_lesion(shape, patch_shape=(7, 11), width=width)
    np.testing.assert_allclose(lesion.profile, loop_profile(shape, 7, 11, width), **EXACT64)
    assert lesion.profile.max() == 1
    np.testing.assert_array_equal(lesion.mask, lesion.profile > 0.5)


def test_a_gaussian_by_hand():
    # exp(-1/2) beside the centre, exp(-1) at the corners
    beside, corner = 0.6065306597126334, 0.36787944117144233
    np.testing.assert_allclose(
        build_lesion("gaussian", patch_shape=(3, 3), width=1.0).profile,
        [[corner, beside, corner], [beside, 1, beside], [corner, beside, corner]],
        **EXACT64,
    )


def turned(profile):
    """Return the seven other ways in which a square patch can be turned and mirrored."""
    for quarters, mirrored in itertools.product(range(4), (False, True)):
        if quarters or mirrored:
            yield np.rot90(profile.T if mirrored else profile, quarters)


@pytest.mark.parametrize("shape", ROUND)
def test_round_lesions_look_the_same_from_all_sides(shape):
    profile = build_lesion(shape).profile
    for other in turned(profile):
        np.testing.assert_array_equal(other, profile)


def test_the_comet_has_no_symmetry():
    profile = build_lesion("comet").profile
    for other in turned(profile):
        cosine = np.sum(other * profile) / np.sum(profile**2)
        assert cosine < 0.9


def test_the_mask_is_where_a_profile_exceeds_half_its_peak():
    assert Lesion([[0.5, 1, 0.501]]).mask.tolist() == [[False, True, True]]


@pytest.mark.parametrize(
    ("arguments", "error", "words"),
    [
        ({"shape": "rnig"}, ValueError, "`shape` must be one of .*Did you mean 'ring'?"),
        ({"width": 0}, ValueError, "`width` must be a finite number > 0"),
        ({"width": float("nan")}, ValueError, "`width` must be a finite number > 0"),
        ({"patch_shape": (4, 7)}, ValueError, "must be odd, so that there is a centre pixel"),
        ({"patch_shape": 9}, ValueError, r"`patch_shape` must be \(height, width\); got 9"),
        ({"patch_shape": (3, 0)}, ValueError, "`patch_shape` must be an integer of at least 1"),
    ],
)
def test_bad_lesions_are_refused(arguments, error, words):
    with pytest.raises(error, match=words):
        build_lesion(**({"shape": "disk"} | arguments))


@pytest.mark.parametrize(
    ("profile", "error", "words"),
    [
        ([0.5, 1, 0.5], ValueError, r"`profile` must have shape \(height, width\)"),
        ([[0.5, 1]], ValueError, r"an odd height and width.*got \(1, 2\)"),
        ([[0.5, np.nan, 1]], ValueError, "`profile` must hold finite numbers; got nan"),
        ([[0.5, 2, 1]], ValueError, "highest value 1; got 2.0. Divide by the peak"),
        ([["a", "b", "c"]], TypeError, "must hold real numbers"),
    ],
)
def test_a_profile_of_ones_own_is_checked(profile, error, words):
    with pytest.raises(error, match=words):
        Lesion(profile)


def test_a_lesion_keeps_its_profile_when_the_array_it_came_from_changes():
    source = np.array([[0.5, 1.0, 0.5]])
    lesion = Lesion(source)
    source[:] = 0
    assert lesion.profile.max() == 1
