import dataclasses

import numpy as np
import pytest

from helpers.data.simulate import (
    CorrelatedNoise,
    LumpyBackground,
    Marker,
    Site,
    WhiteNoise,
    build_lesion,
)
from helpers.data.simulate.sites import blur, blur_matrix
from tests.data.simulate.tasks import (
    BACKGROUNDS,
    CORRELATED,
    FAR,
    LESION,
    NEAR,
    SHAPE,
    STRUCTURE,
    loop_blur,
    loop_covariance_of,
    small_task,
)
from tests.tolerances import EXACT64


def by_hand(row, column):
    """Lay the lesion of the small tasks into an image."""
    image = np.zeros(SHAPE)
    image[row - 1 : row + 2, column - 1 : column + 2] = LESION.profile
    return image


@pytest.mark.reference("LesionTask")
@pytest.mark.parametrize("name", BACKGROUNDS)
@pytest.mark.parametrize("site", [NEAR, FAR])
def test_the_covariance_is_that_of_the_formula(name, site):
    task = small_task(background=BACKGROUNDS[name], sites=(NEAR, FAR))
    found = task.covariance(site)
    if name == "white":
        found = found * np.eye(35)
    np.testing.assert_allclose(found, loop_covariance_of(name, site), **EXACT64)


@pytest.mark.parametrize("name", BACKGROUNDS)
def test_the_amplitude_gives_the_lesion_in_the_centre_its_detectability(name):
    task = small_task(background=BACKGROUNDS[name], detectability=1.5, places=[(1, 1)])
    signal = task.amplitude * by_hand(2, 3).ravel()
    square = signal @ np.linalg.solve(loop_covariance_of(name, NEAR), signal)
    np.testing.assert_allclose(square, 1.5**2, **EXACT64)


def test_the_detectability_grows_with_the_square_root_of_dose():
    # k times the photons: k times the lesion, sqrt(k) times the noise
    one = small_task(background=WhiteNoise(1.0))
    four = small_task(background=WhiteNoise(4.0), detectability=2 * one.detectability)
    np.testing.assert_allclose(four.amplitude, 4 * one.amplitude, **EXACT64)


def test_signals_are_the_lesion_at_each_place_as_the_site_shows_it():
    places = [(1, 1), (2, 4), (3, 5)]
    task = small_task(background=CORRELATED, places=places, sites=(NEAR, FAR))
    plain = task.amplitude * np.array([by_hand(*place) for place in places])
    np.testing.assert_allclose(task.signals(), plain, **EXACT64)
    blurred = 0.6 * (plain.reshape(3, -1) @ loop_blur(SHAPE, 0.8).T).reshape(3, *SHAPE)
    np.testing.assert_allclose(task.signals(FAR), blurred, **EXACT64)


def test_sites_that_differ_in_blur_or_noise_alone_are_told_apart():
    sites = [
        Site(name="plain", share=0.2),
        Site(name="noisy", noise=2.0, share=0.3),
        Site(name="blurred", blur=0.8, share=0.5),
    ]
    task = small_task(background=CORRELATED, sites=sites)
    for site in sites:
        covariance = loop_covariance_of("correlated", site)
        np.testing.assert_allclose(task.covariance(site), covariance, **EXACT64)
        root = task.noise_root(site)
        np.testing.assert_allclose(root.T @ root, covariance, **EXACT64)


def test_a_blur_leaves_a_constant_image_as_it_is():
    np.testing.assert_allclose(blur(np.full((1, 5, 7), 3.0), 2.1), 3.0, **EXACT64)
    np.testing.assert_array_equal(blur_matrix(4, 0), np.eye(4))


@pytest.mark.parametrize(
    ("places", "image_shape", "patch", "expected"),
    [
        ("centre", (28, 28), (9, 9), [(13, 13)]),
        ("centre", (5, 8), (3, 5), [(2, 3)]),
        ("anywhere", (4, 6), (3, 5), [(1, 2), (1, 3), (2, 2), (2, 3)]),
        ([(1, 2), (2, 3)], (4, 6), (3, 5), [(1, 2), (2, 3)]),
        ("anywhere", (3, 5), (3, 5), [(1, 2)]),
    ],
)
def test_centres(places, image_shape, patch, expected):
    lesion = build_lesion("gaussian", patch_shape=patch)
    task = small_task(lesion=lesion, image_shape=image_shape, places=places)
    assert task.centres.tolist() == [list(place) for place in expected]


def test_anywhere_on_28_pixels_is_400_places():
    task = small_task(lesion=build_lesion("disk"), image_shape=(28, 28), places="anywhere")
    assert task.centres.shape == (400, 2)
    assert (task.centres.min(), task.centres.max()) == (4, 23)


NAN = float("nan")
REFUSED = [
    ({"lesion": np.ones((3, 3))}, TypeError, "`lesion` must be a Lesion"),
    (
        {"lesion": build_lesion("disk")},
        ValueError,
        r"must fit into the image; got a patch",
    ),
    ({"detectability": -1}, ValueError, "`detectability` must be a finite number >= 0"),
    ({"detectability": NAN}, ValueError, "`detectability` must be a finite number >= 0"),
    ({"image_shape": (5, 0)}, ValueError, "`image_shape` must be an integer of at least 1"),
    ({"image_shape": 5}, ValueError, r"`image_shape` must be \(height, width\)"),
    ({"places": "center"}, ValueError, "`places` must be one of .*Did you mean 'centre'?"),
    ({"places": []}, TypeError, "list of at least one"),
    ({"places": [(1, 2, 3)]}, TypeError, r"list of at least one \(row, column\)"),
    ({"places": [(1.5, 2)]}, TypeError, r"\(row, column\) in whole numbers"),
    ({"places": 3}, TypeError, r"\(row, column\) in whole numbers; got 3"),
    ({"places": [(2, 2), (2, 2)]}, ValueError, "must name each place once"),
    (
        {"places": [(2, 2), (0, 2)]},
        ValueError,
        r"whole lesion .* rows 1 to 3 .*got \(0, 2\)",
    ),
    ({"places": [(2, 6)]}, ValueError, r"columns 1 to 5; got \(2, 6\)"),
    ({"background": 1.0}, TypeError, "`background` must be a WhiteNoise, CorrelatedNoise or"),
    ({"prevalence": 0}, ValueError, "`prevalence` must be a finite number > 0 and < 1; got 0"),
    ({"prevalence": 1}, ValueError, "`prevalence` must be a finite number > 0 and < 1; got 1"),
    ({"prevalence": NAN}, ValueError, "`prevalence` must be .* > 0 and < 1; got nan"),
    ({"strengths": {}}, TypeError, "`strengths` must be a dict from factor to probability"),
    ({"strengths": 2.0}, TypeError, "`strengths` must be a dict from factor to probability"),
    ({"strengths": {0.0: 1.0}}, ValueError, "`strengths` must be a finite number > 0"),
    ({"strengths": {1.0: 0.7}}, ValueError, "probabilities that add to 1; got 0.7"),
    ({"strengths": {1.0: 1.5, 2.0: -0.5}}, ValueError, "`probability of a strength` must be"),
    ({"images_per_patient": 0}, ValueError, "`images_per_patient` must be an integer of at least"),
    ({"images_per_patient": 1.5}, TypeError, "`images_per_patient` must be an integer"),
    ({"patient_correlation": -0.1}, ValueError, "`patient_correlation` must be .* >= 0 and <= 1"),
    ({"patient_correlation": 1.1}, ValueError, "`patient_correlation` must be .* >= 0 and <= 1"),
    ({"sites": ()}, TypeError, "`sites` must be a list of at least one Site"),
    ({"sites": 3}, TypeError, "`sites` must be a list of at least one Site"),
    ({"sites": ("A", "B")}, TypeError, "`sites` must be a list of at least one Site"),
    ({"sites": (NEAR,)}, ValueError, "`sites` must have shares that add to 1; got 0.7"),
    ({"sites": (FAR, dataclasses.replace(FAR, share=0.7))}, ValueError, "different names"),
    ({"marker": True}, TypeError, "`marker` must be a Marker or None"),
    (
        {"marker": Marker(with_lesion=1, without_lesion=0, size=6)},
        ValueError,
        r"`size` of the marker must fit into images of shape \(5, 7\); got 6",
    ),
]


@pytest.mark.parametrize(("changes", "error", "words"), REFUSED)
def test_a_task_that_makes_no_sense_is_refused(changes, error, words):
    with pytest.raises(error, match=words):
        small_task(**changes)


@pytest.mark.parametrize(
    ("build", "error", "words"),
    [
        (lambda: WhiteNoise(-1.0), ValueError, "`variance` must be a finite number > 0"),
        (lambda: WhiteNoise(0), ValueError, "`variance` must be a finite number > 0"),
        (lambda: CorrelatedNoise(STRUCTURE, -0.1), ValueError, "`noise_variance` must be"),
        (lambda: CorrelatedNoise([[NAN]]), ValueError, "`covariance` must hold finite numbers"),
        (
            lambda: CorrelatedNoise(2.0),
            ValueError,
            r"`covariance` must have shape \(pixels,",
        ),
        (lambda: LumpyBackground(0, 1, 1.5, 0.1), ValueError, "`num_lumps` must be a finite"),
        (lambda: LumpyBackground(9, 0, 1.5, 0.1), ValueError, "`amplitude` must not be 0"),
        (lambda: LumpyBackground(9, 1, 0.9, 0.1), ValueError, "`width` must be .* >= 1"),
        (lambda: LumpyBackground(9, 1, 1.5, 0), ValueError, "`noise_variance` must be .* > 0"),
        (lambda: Site(name=1), TypeError, "`name` must be a text"),
        (lambda: Site(name="a", contrast=-1), ValueError, "`contrast` must be"),
        (lambda: Site(name="a", blur=-1), ValueError, "`blur` must be"),
        (lambda: Site(name="a", noise=0), ValueError, "`noise` must be .* > 0"),
        (lambda: Site(name="a", share=0), ValueError, "`share` must be .* > 0 and <= 1"),
        (lambda: Marker(with_lesion=1.1, without_lesion=0), ValueError, "`with_lesion` must be"),
        (lambda: Marker(with_lesion=1, without_lesion=-1), ValueError, "`without_lesion` must be"),
        (
            lambda: Marker(with_lesion=1, without_lesion=0, amplitude=0),
            ValueError,
            "`amplitude` must not be 0",
        ),
        (
            lambda: Marker(with_lesion=1, without_lesion=0, size=0),
            ValueError,
            "`size` must be an integer of at least 1",
        ),
    ],
)
def test_backgrounds_sites_and_markers_that_make_no_sense_are_refused(build, error, words):
    with pytest.raises(error, match=words):
        build()


@pytest.mark.parametrize(
    ("covariance", "words"),
    [
        (-np.eye(35), "must be positive definite"),
        (np.ones((35, 35)), "must be positive definite.*Add the variance of white noise"),
        (np.eye(34), r"one row and one column a pixel, shape \(35, 35\); got \(34, 34\)"),
        (np.ones((34, 35)), r"one row and one column a pixel, shape \(35, 35\); got \(34, 35\)"),
        (np.triu(np.ones((35, 35))) + np.eye(35), "must be symmetric"),
    ],
)
def test_a_covariance_that_is_none_is_refused_when_the_task_is_made(covariance, words):
    with pytest.raises(ValueError, match=words):
        small_task(background=CorrelatedNoise(covariance))


WEAK = CorrelatedNoise(np.diag([1.0] * 34 + [0.9e-4]))  # no noise of the detector


@pytest.mark.parametrize(
    "changes",
    [
        {"background": WhiteNoise(0.9e-4)},
        {"background": CorrelatedNoise(STRUCTURE, 0.9e-5)},
        {"background": WEAK},
        {"background": LumpyBackground(9.0, 0.7, 1.2, 0.9e-4)},
        {"sites": (NEAR, dataclasses.replace(FAR, noise=0.007))},
    ],
    ids=["white", "correlated", "no detector", "lumpy", "site"],
)
def test_noise_that_rounding_would_change_is_refused(changes):
    with pytest.raises(ValueError, match=r"at least 0\.0001; got .*units of the noise"):
        small_task(**changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"background": WhiteNoise(1.1e-4)},
        {"background": CorrelatedNoise(WEAK.covariance, 0.2e-4)},  # 1.1e-4 together
        {"background": CorrelatedNoise(STRUCTURE, 1.1e-4)},
        {"background": LumpyBackground(9.0, 0.7, 1.2, 1.1e-4)},
    ],
    ids=["white", "together", "correlated", "lumpy"],
)
def test_at_the_limit_rounding_costs_what_the_notes_say(changes):
    task = small_task(**changes)
    signal = task.signals()[0].ravel()
    covariance = task.factorise().to_matrix()
    rounded = covariance + 2.0**-24 / 12 * np.eye(35)
    d = np.sqrt(signal @ np.linalg.solve(rounded, signal))
    assert 0 < 1 - d / task.detectability < 2.5e-5


def test_a_blur_that_makes_the_covariance_singular_is_refused_when_the_task_is_made():
    background = CorrelatedNoise(STRUCTURE + 0.3 * np.eye(35))
    small_task(background=background)
    with pytest.raises(ValueError, match="must be positive definite"):
        small_task(background=background, sites=Site(name="very blurred", blur=3.0))
