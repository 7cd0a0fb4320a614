import dataclasses

import numpy as np
import pytest
from scipy.stats import norm
from sklearn.metrics import roc_auc_score

from helpers.data.embedded import checksum_of
from helpers.data.simulate import (
    LumpyBackground,
    Marker,
    WhiteNoise,
    build_lesion,
    build_optimum,
    simulate,
)
from helpers.data.splits import random_order
from helpers.observers import fit_hotelling_observer
from tests.data.simulate.tasks import (
    BACKGROUNDS,
    EVERYTHING,
    FAR,
    LESION,
    MARKER,
    NEAR,
    SHAPE,
    TASKS,
    covariance_with_error,
    loop_covariance_of,
    small_task,
)
from tests.observers.examples import assert_within_error, auc_with_error

NUM = 12_000
ROUNDING = 2.0**-12  # of two images, each rounded by half a step
# of the 1,225 entries of a covariance some lie beyond four standard errors now and then
LIMIT = 5.0
GOLDEN = {
    "white": "41038bd3043237c5",
    "correlated": "5b55172be5062f12",
    "lumpy": "5e120842ed0ee520",
    "everything": "e008dcd0355470a3",
}


def rows_of(split, chosen):
    """Return chosen images as float64, one a row."""
    return split.x[chosen].reshape(-1, SHAPE[0] * SHAPE[1]).astype("float64")


@pytest.mark.reference("simulate")
@pytest.mark.parametrize("name", BACKGROUNDS)
@pytest.mark.parametrize("site", [NEAR, FAR], ids=lambda site: site.name)
def test_mean_and_covariance_are_those_of_theory(name, site):
    site = dataclasses.replace(site, share=1.0)
    task = small_task(background=BACKGROUNDS[name], sites=site, detectability=3.0)
    split = simulate(task, 2 * NUM, seed=0)
    covariance = loop_covariance_of(name, site)
    # 9 lumps on 35 pixels, each of volume a 2 pi w^2; a blur whose rows add to 1 keeps it
    level = 9 / 35 * 0.7 * 2 * np.pi * 1.2**2 if name == "lumpy" else 0.0
    for label in (0, 1):
        rows = rows_of(split, split.y == label)
        mean = level + label * task.signals(site)[0].ravel()
        assert_within_error(rows.mean(axis=0), mean, rows.std(axis=0) / np.sqrt(NUM), LIMIT)
        found, error = covariance_with_error(rows - mean, rows - mean)
        assert_within_error(found, covariance, error, LIMIT)


@pytest.mark.parametrize("name", BACKGROUNDS)
def test_images_of_a_patient_share_a_part_of_the_background(name):
    task = small_task(
        background=BACKGROUNDS[name],
        images_per_patient=3,
        patient_correlation=0.4,
        detectability=0.0,
    )
    split = simulate(task, 3 * NUM, seed=1)
    assert split.patient.tolist() == np.repeat(np.arange(NUM), 3).tolist()
    level = 9 / 35 * 0.7 * 2 * np.pi * 1.2**2 if name == "lumpy" else 0.0
    first, second, third = (rows_of(split, slice(k, None, 3)) - level for k in range(3))
    covariance = loop_covariance_of(name, NEAR)
    for left, right, share in [(first, first, 1), (first, third, 0.4), (second, third, 0.4)]:
        found, error = covariance_with_error(left, right)
        assert_within_error(found, share * covariance, error, LIMIT)
    other, error = covariance_with_error(first[1:], second[:-1])  # of two patients
    assert_within_error(other, 0, error, LIMIT)


def test_the_check_of_covariances_can_fail():
    split = simulate(small_task(background=WhiteNoise(1.1)), 2 * NUM, seed=0)
    rows = rows_of(split, split.y == 0)
    found, error = covariance_with_error(rows, rows)
    with pytest.raises(AssertionError):
        assert_within_error(found, np.eye(35), error, LIMIT)


def test_mean_and_variance_of_a_lumpy_background_of_the_course():
    # theory: (N / A) a 2 pi w^2 = 3.606 and (N / A) a^2 pi w^2 = 1.803, and .25 of the detector
    background = LumpyBackground(num_lumps=200, amplitude=1.0, width=1.5, noise_variance=0.25)
    task = small_task(background=background, image_shape=(28, 28), detectability=0.0)
    images = simulate(task, 2000, seed=2).x[..., 0].astype("float64")
    for values, expected in [(images, 3.606), ((images - 3.606) ** 2, 1.803 + 0.25)]:
        each = values.mean(axis=(1, 2))
        assert_within_error(each.mean(), expected, each.std() / np.sqrt(2000))


@pytest.mark.parametrize("name", TASKS)
def test_a_seed_draws_the_same_bits_and_another_seed_others(name):
    first, again, other = (simulate(TASKS[name], 64, seed=seed) for seed in (3, 3, 4))
    np.testing.assert_array_equal(first.x, again.x)
    for field in dataclasses.fields(first.truth):
        ours, theirs = (getattr(split.truth, field.name) for split in (first, again))
        np.testing.assert_array_equal(ours, theirs)
    assert np.mean(first.x == other.x) < 0.01
    assert first.y.tolist() != other.y.tolist()


@pytest.mark.parametrize("name", TASKS)
def test_images_are_the_same_for_good(name):
    # recorded once; another machine or release of NumPy must find the same
    assert checksum_of([simulate(TASKS[name], 64, seed=5)])[7:23] == GOLDEN[name]


@pytest.mark.reference("simulate")
def test_a_small_set_by_numpy_alone():
    raw = np.random.PCG64([5, 4]).random_raw(64 * (5 + 35))
    # one number a patient for the order, site, place, strength and marker; then the noise
    order, noise = np.argsort(raw[:64]), raw[5 * 64 :].reshape(64, *SHAPE)
    y = np.isin(np.arange(64), order[:32])
    images = np.sqrt(1.7) * norm.ppf((noise // 2**12 + 0.5) / 2**52)
    # d' = 1.5: the lesion's length in standard deviations
    peak = 1.5 * np.sqrt(1.7) / np.linalg.norm(LESION.profile)
    images[y, 1:4, 2:5] += peak * LESION.profile
    split = simulate(small_task(background=WhiteNoise(1.7)), 64, seed=5)
    np.testing.assert_array_equal(split.y, y)
    assert np.abs(split.x[..., 0] - images).max() < ROUNDING / 2 + 1e-9


def test_no_chunk_repeats_the_noise_of_another():
    task = small_task(images_per_patient=3, patient_correlation=0.4)
    split = simulate(task, 3000, seed=0)
    rows = rows_of(split, slice(None))
    assert len(np.unique(rows, axis=0)) == 3000  # no part of the noise comes twice


@pytest.mark.parametrize("background", BACKGROUNDS.values(), ids=BACKGROUNDS)
def test_values_are_float32_multiples_of_a_power_of_two_and_never_clipped(background):
    split = simulate(small_task(background=background), 500, seed=0)
    assert split.x.dtype == np.float32
    assert split.x.shape == (500, *SHAPE, 1)
    scaled = split.x.astype("float64") * 2**12
    np.testing.assert_array_equal(scaled, np.rint(scaled))
    assert np.unique(split.x).size > 5_000


def test_the_truth_is_what_a_lesion_changes_in_the_same_noise():
    without = dataclasses.replace(EVERYTHING, detectability=0.0)
    split, empty = (simulate(task, 400, seed=6) for task in (EVERYTHING, without))
    added = (split.x.astype("float64") - empty.x)[..., 0]
    truth, ill = split.truth, split.y == 1
    assert np.abs(added[~ill]).max() == 0
    assert not truth.mask[~ill].any()
    assert (truth.place[~ill] == -1).all()
    assert (truth.strength[~ill] == 0).all()
    for k in np.flatnonzero(ill):
        site = EVERYTHING.sites[truth.site[k]]
        place = [tuple(centre) for centre in EVERYTHING.centres].index(tuple(truth.place[k]))
        expected = truth.strength[k] * EVERYTHING.signals(site)[place]
        assert np.abs(added[k] - expected).max() <= ROUNDING
        row, column = truth.place[k]
        patch = truth.mask[k, row - 1 : row + 2, column - 1 : column + 2]
        np.testing.assert_array_equal(patch, LESION.profile > 0.5)
        assert truth.mask[k].sum() == patch.sum()


@pytest.mark.parametrize(
    "changes",
    [
        {"lesion": build_lesion("disk", patch_shape=(3, 3))},
        {"places": "centre"},
        {"strengths": {2.0: 1.0}},
        {"prevalence": 0.6},
    ],
    ids=lambda changes: next(iter(changes)),
)
def test_what_is_no_part_of_the_noise_leaves_it_as_it_is(changes):
    task = dataclasses.replace(EVERYTHING, images_per_patient=2, patient_correlation=0.4)
    splits = [simulate(t, 1600, seed=6) for t in (task, dataclasses.replace(task, **changes))]
    pattern = MARKER.pattern(SHAPE)
    noise = [s.x[..., 0] - s.truth.marker[:, None, None] * pattern for s in splits]
    healthy = (splits[0].y == 0) & (splits[1].y == 0)
    assert healthy.sum() > 300
    assert np.abs(noise[0] - noise[1])[healthy].max() <= ROUNDING


@pytest.mark.parametrize("seed", [0, 3, 11])
def test_a_generator_of_the_same_seed_knows_nothing_of_the_labels(seed):
    y = simulate(small_task(), 2000, seed=seed).y
    scores = np.random.default_rng(seed).random(2000)
    assert_within_error(*auc_from(scores, y))
    order = random_order(2000, seed)
    assert_within_error(*auc_from(order, y))


def auc_from(scores, y):
    """Return the AUC of scores, that of chance, and the standard error."""
    found, error = auc_with_error(scores[y == 1], scores[y == 0])
    return found, 0.5, error


def test_the_mask_is_where_the_lesion_adds_more_than_half_its_peak():
    task = small_task(places="anywhere", detectability=30.0)
    split, empty = (
        simulate(changed, 100, seed=6)
        for changed in (task, dataclasses.replace(task, detectability=0.0))
    )
    added = (split.x.astype("float64") - empty.x)[..., 0]
    np.testing.assert_array_equal(split.truth.mask, added > task.amplitude / 2)


def test_the_marker_is_added_where_the_truth_says_so():
    plain = dataclasses.replace(EVERYTHING, marker=None)
    split, unmarked = (simulate(task, 400, seed=6) for task in (EVERYTHING, plain))
    added = (split.x.astype("float64") - unmarked.x)[..., 0]
    pattern = np.zeros(SHAPE)
    pattern[:2, :2] = 1.5
    assert np.abs(added - split.truth.marker[:, None, None] * pattern).max() <= ROUNDING
    assert not unmarked.truth.marker.any()


def test_everything_comes_as_often_as_it_should():
    split = simulate(EVERYTHING, 20_000, seed=7)
    truth, ill = split.truth, split.y == 1
    assert ill.sum() == 4_000  # exact, not drawn
    places = [(truth.place[ill] == centre).all(axis=1) for centre in EVERYTHING.centres]
    for events, probability in [
        *((event, 1 / 3) for event in places),
        (truth.site == 1, 0.3),
        (truth.site[ill] == 1, 0.3),
        (truth.strength[ill] == 1.5, 0.6),
        (truth.marker[ill], 0.8),
        (truth.marker[~ill], 0.3),
    ]:
        error = np.sqrt(probability * (1 - probability) / len(events))
        assert_within_error(events.mean(), probability, error)


@pytest.mark.parametrize(
    ("prevalence", "num", "expected"),
    [(0.5, 7, 4), (0.1, 20, 2), (0.1, 24, 2), (0.1, 26, 3), (0.001, 20, 1), (0.999, 20, 19)],
)
def test_the_number_of_patients_with_a_lesion_is_the_nearest(prevalence, num, expected):
    split = simulate(small_task(prevalence=prevalence), num, seed=0)
    assert split.y.sum() == expected


def test_patients_with_and_without_a_lesion_come_in_random_order():
    y = simulate(small_task(), 1000, seed=0).y
    changes = np.count_nonzero(np.diff(y))  # about half of 999, with a standard deviation of 16
    assert abs(changes - 499.5) < 4 * 16


def test_all_but_the_noise_belongs_to_the_patient():
    task = dataclasses.replace(EVERYTHING, images_per_patient=4)
    split = simulate(task, 400, seed=8, first_patient=1000)
    assert split.patient.tolist() == np.repeat(np.arange(1000, 1100), 4).tolist()
    truth = split.truth
    for values in (split.y, truth.place, truth.strength, truth.site, truth.marker, truth.mask):
        assert (values[::4] == values[3::4]).all()
    assert len(np.unique(split.x, axis=0)) == 400


@pytest.mark.parametrize("background", BACKGROUNDS.values(), ids=BACKGROUNDS)
def test_with_correlation_1_all_images_of_a_patient_are_the_same(background):
    task = small_task(background=background, images_per_patient=2, patient_correlation=1.0)
    x = simulate(task, 20, seed=0).x
    np.testing.assert_array_equal(x[::2], x[1::2])
    assert len(np.unique(x, axis=0)) == 10


def nearest_neighbour_scores(train, test):
    """Score each test image by the label of the training image that correlates best with it."""
    rows = [split.x.reshape(len(split), -1) for split in (train, test)]
    return train.y[np.argmax(rows[1] @ rows[0].T, axis=1)]


def test_without_any_lesion_a_patient_can_be_recognised():
    # the leak of content 05: images of one patient in training and test give labels away
    task = small_task(
        image_shape=(28, 28), detectability=0.0, images_per_patient=4, patient_correlation=0.8
    )
    split = simulate(task, 2000, seed=9)
    by_image = [split.take(np.arange(len(split)) % 4 != 3), split.take(np.arange(3, 2000, 4))]
    assert roc_auc_score(by_image[1].y, nearest_neighbour_scores(*by_image)) == 1
    by_patient = [split.take(split.patient < 375), split.take(split.patient >= 375)]
    auc = roc_auc_score(by_patient[1].y, nearest_neighbour_scores(*by_patient))
    # of 125 independent patients a yes or no: standard error about .045
    assert abs(auc - 0.5) < 4 * 0.045


def test_a_reversed_marker_goes_with_the_other_label():
    reversed_marker = Marker(with_lesion=0.0, without_lesion=1.0)
    split = simulate(small_task(marker=reversed_marker), 50, seed=0)
    np.testing.assert_array_equal(split.truth.marker, split.y == 0)
    assert MARKER.with_lesion > MARKER.without_lesion


@pytest.mark.parametrize(
    ("changes", "num", "error", "words"),
    [
        ({}, 0, ValueError, "`num_images` must be an integer of at least 1; got 0"),
        ({}, -3, ValueError, "`num_images` must be an integer of at least 1"),
        ({}, 2.0, TypeError, "`num_images` must be an integer"),
        ({}, float("nan"), TypeError, "`num_images` must be an integer"),
        ({}, 1, ValueError, "for at least two patients; got 1"),
        ({"images_per_patient": 3}, 3, ValueError, "for at least two patients; got 3"),
        ({"images_per_patient": 3}, 10, ValueError, "multiple of the 3 images per patient.*got 10"),
    ],
)
def test_a_number_of_images_that_does_not_fit_is_refused(changes, num, error, words):
    with pytest.raises(error, match=words):
        simulate(small_task(**changes), num, seed=0)


def test_the_name_of_a_task_is_no_task():
    for call in (build_optimum, lambda task: simulate(task, 10, seed=0)):
        with pytest.raises(TypeError, match=r"must be a LesionTask; got 'lesion-known'.*load_task"):
            call("lesion-known")


def test_an_observer_given_a_split_asks_for_its_images():
    split = simulate(small_task(), 10, seed=0)
    for call in (
        build_optimum(small_task()).score,
        lambda images: fit_hotelling_observer(images, split.y),
    ):
        with pytest.raises(TypeError, match=r"got a Split\. Pass its images: `split\.x`"):
            call(split)


def test_seed_and_first_patient_are_checked():
    with pytest.raises(ValueError, match="`seed` must be an integer from 0 to"):
        simulate(small_task(), 10, seed=-1)
    with pytest.raises(ValueError, match="`first_patient` must be an integer of at least 0"):
        simulate(small_task(), 10, seed=0, first_patient=-1)


def test_taking_cases_takes_their_truth():
    split = simulate(EVERYTHING, 40, seed=0)
    part = split.take([5, 3])
    assert len(part.truth) == 2
    for field in dataclasses.fields(split.truth):
        found, whole = (getattr(truth, field.name) for truth in (part.truth, split.truth))
        np.testing.assert_array_equal(found, whole[[5, 3]])
    with pytest.raises(ValueError, match=r"`truth` must be equally long; got lengths \[2, 40\]"):
        dataclasses.replace(split, truth=part.truth)
