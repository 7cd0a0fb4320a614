import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import bootstrap, norm

from helpers.evaluation import bootstrap as bootstrap_module
from helpers.evaluation import bootstrap_by_patient, compute_auc, percentile_interval
from helpers.observers import auc_from_detectability
from tests.tolerances import EXACT64


def mean_score(y_true, scores):
    return scores.mean()


def draw_patients(generator, num_patients, images, spread=1.0):
    """Draw images of patients: half of these are diseased (d' = 1.5 over images and patients)."""
    diseased = np.arange(num_patients) % 2
    shared = spread * generator.standard_normal(num_patients)
    patient = np.repeat(np.arange(num_patients), images)
    scores = (1.5 * np.sqrt(1 + spread**2) * diseased + shared)[patient]
    return diseased[patient], scores + generator.standard_normal(len(patient)), patient


@pytest.mark.reference("bootstrap_by_patient")
def test_the_mean_of_patients_varies_like_the_means_of_patients():
    y_true, scores, patient = draw_patients(np.random.default_rng(0), 60, 4, spread=2.0)
    by_patient = bootstrap_by_patient(mean_score, y_true, scores, patient=patient)
    # drawn with replacement: the variance of the patients' means over their number, exactly
    error = scores.reshape(60, 4).mean(axis=1).std() / np.sqrt(60)
    np.testing.assert_allclose(by_patient.std(), error, rtol=4 / np.sqrt(2 * 2000))
    assert abs(by_patient.mean() - scores.mean()) < 4 * error / np.sqrt(2000)
    image_by_image = bootstrap_by_patient(mean_score, y_true, scores)
    too_small = scores.std() / np.sqrt(240)
    np.testing.assert_allclose(image_by_image.std(), too_small, rtol=4 / np.sqrt(2 * 2000))
    assert too_small < 0.6 * error


@pytest.mark.reference("bootstrap_by_patient")
@pytest.mark.reference("percentile_interval")
def test_without_patients_the_interval_is_that_of_scipy():
    y_true, scores, _ = draw_patients(np.random.default_rng(1), 90, 1)
    values = bootstrap_by_patient(compute_auc, y_true, scores, num_resamples=3000)
    interval = percentile_interval(compute_auc(y_true, scores), values, confidence=0.9)
    result = bootstrap(
        (y_true, scores),
        lambda y, s: compute_auc(y.astype(int), s),
        paired=True,
        vectorized=False,
        n_resamples=3000,
        confidence_level=0.9,
        method="percentile",
        rng=np.random.default_rng(2),
    )
    np.testing.assert_allclose(
        values.std(), result.standard_error, rtol=4 * np.sqrt(2) / np.sqrt(2 * 3000)
    )
    # error of a drawn 5 % quantile, for a nearly Gaussian statistic; two of them are compared
    error = np.sqrt(0.05 * 0.95 / 3000) / norm.pdf(norm.ppf(0.05)) * values.std()
    np.testing.assert_allclose(
        interval[1:], result.confidence_interval, rtol=0, atol=4 * np.sqrt(2) * error
    )


@pytest.mark.law("bootstrap_by_patient")
@settings(max_examples=20)
@given(st.integers(0, 1000), st.integers(2, 5))
def test_copies_of_the_images_of_a_patient_teach_nothing(seed, copies):
    y_true, scores, patient = draw_patients(np.random.default_rng(seed), 24, 3)
    values = bootstrap_by_patient(
        compute_auc, y_true, scores, patient=patient, num_resamples=20, seed=seed
    )
    copied = [np.concatenate([array] * copies) for array in (y_true, scores, patient)]
    same = bootstrap_by_patient(
        compute_auc, *copied[:2], patient=copied[2], num_resamples=20, seed=seed
    )
    np.testing.assert_allclose(same, values, **EXACT64)


@pytest.mark.law("bootstrap_by_patient")
def test_each_test_set_has_whole_patients_and_as_many_of_them():
    patient = np.array(["c", "a", "b", "a", "c", "a", "d", "b"])
    y_true = np.array([0, 1, 1, 0, 1, 1, 0, 0])
    seen = []

    def remember(labels, scores):
        assert scores.shape == (2, len(labels))
        seen.append((labels, scores))
        return 0.0

    numbers = np.arange(8.0)
    bootstrap_by_patient(remember, y_true, [numbers, -numbers], patient=patient, num_resamples=200)
    np.testing.assert_array_equal(seen[0][1], [numbers, -numbers])  # first the whole test set
    assert len(seen) > 150
    times = []
    for labels, scores in seen[1:]:
        case = scores[0].astype(int)
        np.testing.assert_array_equal(scores[1], -case)
        np.testing.assert_array_equal(labels, y_true[case])
        copies = np.bincount(case, minlength=8)
        by_patient = [set(copies[patient == name].tolist()) for name in "abcd"]
        assert [len(of_cases) for of_cases in by_patient] == [1, 1, 1, 1]
        times.append([min(of_cases) for of_cases in by_patient])
    np.testing.assert_array_equal(np.sum(times, axis=1), 4)
    assert len({tuple(row) for row in times}) > 20


@pytest.mark.law("bootstrap_by_patient")
@given(st.integers(0, 1000))
@settings(max_examples=20)
def test_two_scores_of_the_same_cases_stay_paired(seed):
    y_true, scores, patient = draw_patients(np.random.default_rng(seed), 24, 2)
    others = scores[::-1] + scores
    options = dict(patient=patient, num_resamples=10, seed=seed)

    def both(y_true, scores):
        return [compute_auc(y_true, row) for row in scores]

    def gain(y_true, scores):
        return compute_auc(y_true, scores[1]) - compute_auc(y_true, scores[0])

    together = bootstrap_by_patient(both, y_true, [scores, others], **options)
    assert together.shape == (10, 2)
    for column, alone in zip(together.T, (scores, others), strict=True):
        same = bootstrap_by_patient(compute_auc, y_true, alone, **options)
        np.testing.assert_array_equal(column, same)
    gains = bootstrap_by_patient(gain, y_true, [scores, others], **options)
    np.testing.assert_allclose(gains, together[:, 1] - together[:, 0], **EXACT64)


def test_the_seed_decides_and_names_do_not_matter():
    y_true, scores, patient = draw_patients(np.random.default_rng(3), 20, 2)
    options = dict(patient=patient, num_resamples=5)
    first = bootstrap_by_patient(compute_auc, y_true, scores, **options)
    named = dict(options, patient=[f"patient {number}" for number in patient])
    np.testing.assert_array_equal(bootstrap_by_patient(compute_auc, y_true, scores, **named), first)
    other = bootstrap_by_patient(compute_auc, y_true, scores, seed=1, **options)
    assert (other != first).any()


def test_drawing_patients_covers_the_truth_and_drawing_images_does_not():
    generator, truth = np.random.default_rng(4), auc_from_detectability(1.5)
    covered = np.zeros(2)
    for study in range(150):
        y_true, scores, patient = draw_patients(generator, 60, 6, spread=2.0)
        value = compute_auc(y_true, scores)
        for k, names in enumerate([patient, None]):
            values = bootstrap_by_patient(
                compute_auc, y_true, scores, patient=names, num_resamples=150, seed=study
            )
            _, low, high = percentile_interval(value, values)
            covered[k] += low <= truth <= high
    by_patient, image_by_image = covered / 150
    assert abs(by_patient - 0.95) < 4 * np.sqrt(0.95 * 0.05 / 150)
    assert image_by_image < 0.75


@pytest.mark.reference("percentile_interval")
def test_the_interval_by_hand_leaves_out_what_is_undefined():
    values = [*np.arange(101.0), np.nan, np.nan]
    interval = percentile_interval(48, values, confidence=0.9)
    np.testing.assert_allclose(interval, (48, 5, 95), **EXACT64)


def test_a_tenth_of_the_values_may_be_undefined_and_no_more():
    values = np.arange(100.0)
    values[90:] = np.nan  # 10 % left out: the quantiles of 0 to 89
    interval = percentile_interval(48, values, confidence=0.8)
    np.testing.assert_allclose(interval, (48, 8.9, 80.1), **EXACT64)
    values[89] = np.nan
    with pytest.warns(UserWarning, match="11 of 100 drawn values are nan, too many"):
        interval = percentile_interval(48, values, confidence=0.8)
    np.testing.assert_array_equal(interval, (48, np.nan, np.nan))


@pytest.mark.law("percentile_interval")
@given(st.lists(st.floats(-9, 9), min_size=1, max_size=40), st.floats(0.01, 0.99))
def test_the_interval_moves_with_its_values_and_grows_with_confidence(values, confidence):
    _, low, high = percentile_interval(0.0, values, confidence=confidence)
    assert min(values) <= low <= high <= max(values)
    moved = percentile_interval(1.0, 3 - 2 * np.array(values), confidence=confidence)
    np.testing.assert_allclose(moved, (1, 3 - 2 * high, 3 - 2 * low), **EXACT64)
    wider = percentile_interval(0.0, values, confidence=(1 + confidence) / 2)
    assert wider.low <= low <= high <= wider.high


@pytest.mark.parametrize(("label", "missing"), [(0, "1, with"), (1, "0, without")])
def test_one_class_only_has_nothing_to_draw(label, missing):
    with pytest.warns(UserWarning, match=f"no bootstrap.*class {missing}"):
        values = bootstrap_by_patient(compute_auc, [label] * 4, [1, 2, 3, 4], num_resamples=7)
    np.testing.assert_array_equal(values, np.full(7, np.nan))


def test_one_patient_shows_no_spread():
    def two(y_true, scores):
        return np.array([scores.mean(), scores.max()])

    with pytest.warns(UserWarning, match="single patient"):
        values = bootstrap_by_patient(two, [0, 1, 1], [1, 2, 3], patient=["a"] * 3, num_resamples=4)
    np.testing.assert_array_equal(values, np.full((4, 2), np.nan))


def test_test_sets_of_one_class_are_undefined_and_counted_once():
    # of three patients, one diseased: a draw has one class with chance (2/3)^3 + (1/3)^3 = 1/3
    with pytest.warns(UserWarning, match="of 900 test sets have one class only") as caught:
        values = bootstrap_by_patient(compute_auc, [0, 0, 1], [1, 3, 2], num_resamples=900)
    assert len(caught) == 1
    undefined = np.isnan(values).sum()
    assert str(caught[0].message).startswith(f"{undefined} of 900")
    with pytest.warns(UserWarning, match=f"{undefined} of 900"):  # though a mean would be defined
        means = bootstrap_by_patient(mean_score, [0, 0, 1], [1, 3, 2], num_resamples=900)
    np.testing.assert_array_equal(np.isnan(means), np.isnan(values))
    assert abs(undefined / 900 - 1 / 3) < 4 * np.sqrt(2 / 9 / 900)
    with pytest.warns(UserWarning, match="too many to leave out"):
        interval = percentile_interval(0.5, values)
    np.testing.assert_array_equal(interval, (0.5, np.nan, np.nan))


def test_what_the_statistic_leaves_undefined_is_counted_and_its_warnings_are_not_shown():
    def fails_sometimes(y_true, scores):
        warnings.warn("a detail of one draw", stacklevel=1)
        return [1.0, np.nan if scores[0] > 2 else 2.0]

    y_true = np.arange(20) % 2
    with pytest.warns(UserWarning, match="of 50 test sets") as caught:
        values = bootstrap_by_patient(fails_sometimes, y_true, np.arange(20) // 2, num_resamples=50)
    assert len(caught) == 1
    assert (values[:, 0] == 1).all()
    assert str(caught[0].message).startswith(f"{np.isnan(values[:, 1]).sum()} of 50")


def test_all_ties_are_chance_in_every_test_set():
    values = bootstrap_by_patient(compute_auc, np.arange(40) % 2, np.ones(40), num_resamples=9)
    np.testing.assert_array_equal(values, np.full(9, 0.5))


def test_complete_separation_stays_complete_in_every_test_set():
    values = bootstrap_by_patient(compute_auc, np.arange(40) // 20, np.arange(40), num_resamples=9)
    assert percentile_interval(1.0, values) == (1, 1, 1)  # the docstring points to the bound


def test_an_undefined_value_has_no_interval():
    for value in (float("nan"), np.float32("nan")):
        assert np.isnan(percentile_interval(value, [0.1, 0.2])).all()
        assert np.isnan(percentile_interval(value, [np.nan, np.nan])).all()


def test_progress_is_told_only_where_a_person_watches(capsys, monkeypatch):
    y_true, scores = np.arange(30) % 2, np.arange(30)
    monkeypatch.setenv("JPY_SESSION_NAME", "lesson.ipynb")
    bootstrap_by_patient(mean_score, y_true, scores, num_resamples=10)
    assert capsys.readouterr() == ("", "")  # done within a second
    monkeypatch.setattr(bootstrap_module, "QUIET_SECONDS", 0)
    bootstrap_by_patient(mean_score, y_true, scores, num_resamples=10)
    output = capsys.readouterr()
    assert "test sets" in output.out
    assert "/10" in output.out
    assert output.out.endswith("\r")  # and the line is taken away
    assert output.err == ""
    monkeypatch.delenv("JPY_SESSION_NAME")
    bootstrap_by_patient(mean_score, y_true, scores, num_resamples=10)
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("arguments", "options", "kind", "message"),
    [
        (([], []), {}, ValueError, "hold something"),
        (([0, 2], [1, 2]), {}, ValueError, "`y_true` must hold integers 0 and 1"),
        (([0, 1], [1, np.nan]), {}, ValueError, "`scores` must hold finite"),
        (([0, 1], [1, 2, 3]), {}, ValueError, "one score a case"),
        (([0, 1], [1, 2]), {"patient": ["a"]}, ValueError, "`patient`"),
        (([0, 1], [1, 2]), {"num_resamples": 0}, ValueError, "`num_resamples`.*at least 1"),
        (([0, 1], [1, 2]), {"seed": -1}, ValueError, "`seed`"),
        (([0, 1], [1, 2]), {"seed": 1.5}, TypeError, "`seed`"),
    ],
)
def test_bad_cases_and_options_are_refused(arguments, options, kind, message):
    with pytest.raises(kind, match=message):
        bootstrap_by_patient(mean_score, *arguments, **options)


@pytest.mark.parametrize("answer", ["high", None, [[1.0]], [], 1j])
def test_a_statistic_that_returns_no_numbers_is_refused(answer):
    with pytest.raises(TypeError, match="`statistic` must return a number"):
        bootstrap_by_patient(lambda y_true, scores: answer, [0, 1], [1, 2])


@pytest.mark.parametrize("statistic", ["compute_auc", 0.5, None])
def test_a_statistic_that_is_no_function_is_refused(statistic):
    with pytest.raises(TypeError, match=r"`statistic` must be a function of \(y_true, scores\)"):
        bootstrap_by_patient(statistic, [0, 1], [1, 2])


@pytest.mark.parametrize(
    ("whole", "drawn", "message"),
    [
        ([1.0, 2.0], [1.0], r"same shape for every test set; got \(2,\) for the whole.*\(1,\) for"),
        ([1.0, 2.0], 1.0, r"got \(2,\) for the whole one and \(\) for"),  # NumPy would broadcast
        (1.0, [1.0], r"got \(\) for the whole one and \(1,\) for"),
    ],
)
def test_a_statistic_that_changes_its_shape_is_refused(whole, drawn, message):
    answers = iter([whole, whole, drawn])
    with pytest.raises(ValueError, match=message):
        bootstrap_by_patient(lambda y, s: next(answers), np.arange(40) % 2, np.arange(40))


@pytest.mark.parametrize(
    ("value", "resampled", "kind", "message"),
    [
        ("0.5", [0.1], TypeError, "`value`"),
        (np.inf, [0.1], ValueError, "`value`"),
        (0.5, ["a"], TypeError, "`resampled` must hold real"),
        (0.5, [], ValueError, r"shape \(num_resamples,\)"),
        (0.5, [[0.1, 0.2]], ValueError, r"`resampled\[:, j\]`"),
        (0.5, [0.1, np.inf], ValueError, "got infinity"),
    ],
)
def test_bad_values_have_no_interval(value, resampled, kind, message):
    with pytest.raises(kind, match=message):
        percentile_interval(value, resampled)


def test_a_bad_confidence_is_refused():
    with pytest.raises(ValueError, match="`confidence`"):
        percentile_interval(0.5, [0.1, 0.2], confidence=95)


@pytest.mark.parametrize(
    "call",
    [
        lambda: bootstrap_by_patient(compute_auc, [0, 0], [1, 2], num_resamples=2),
        lambda: bootstrap_by_patient(compute_auc, [0, 1], [1, 2], patient=[3, 3], num_resamples=2),
        lambda: bootstrap_by_patient(compute_auc, [0, 1], [1, 2], num_resamples=50),
        lambda: percentile_interval(0.5, [0.1, np.nan]),
    ],
)
def test_warnings_point_to_the_line_that_called(call):
    with pytest.warns(UserWarning, match="one kind|single patient|one class|nan") as caught:
        call()
    assert [warning.filename for warning in caught] == [__file__]
