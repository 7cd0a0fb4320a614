from itertools import chain, combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.preprocessing import StandardScaler

from helpers.evaluation.splits.normalisation import audit_normalisation

SPLITS = ("train", "val", "test")
CHOICES = list(chain.from_iterable(combinations(SPLITS, k) for k in (1, 2, 3)))


def draw_splits(seed, shape, sizes=(60, 20, 31)):
    generator = np.random.default_rng(seed)
    return {
        split: generator.normal(40, 9, (size, *shape))
        for split, size in zip(SPLITS, sizes, strict=True)
    }


def join(x, chosen):
    return np.concatenate([x[split] for split in chosen])


@pytest.mark.reference("audit_normalisation")
@pytest.mark.parametrize("chosen", CHOICES)
@pytest.mark.parametrize("seed", range(3))
def test_what_scikit_learn_was_fitted_on_is_named(chosen, seed):
    x = draw_splits(seed, (7,))
    scaler = StandardScaler().fit(join(x, chosen))
    verdict = audit_normalisation(scaler.mean_, scaler.scale_, x)
    assert verdict == " + ".join(chosen)


@pytest.mark.law("audit_normalisation")
@given(
    st.sampled_from(CHOICES),
    st.sampled_from([(0, 1, 2, 3), (0, 1, 2), (0,), (0, 3)]),
    st.sampled_from([0, 1]),
    st.integers(0, 1000),
)
def test_axes_that_were_averaged_over_and_both_divisors_are_known(chosen, axes, ddof, seed):
    x = draw_splits(seed, (4, 5, 3))
    seen = join(x, chosen)
    moments = seen.mean(axes, keepdims=True), seen.std(axes, ddof=ddof, keepdims=True)
    assert audit_normalisation(*moments, x) == " + ".join(chosen)
    without_cases = [values[0] for values in moments]
    assert audit_normalisation(*without_cases, x) == " + ".join(chosen)


def test_single_numbers_and_numbers_of_channels_are_understood():
    x = draw_splits(0, (4, 5, 3))
    seen = x["train"]
    assert audit_normalisation(float(seen.mean()), float(seen.std()), x) == "train"
    assert audit_normalisation(seen.mean((0, 1, 2)), seen.std((0, 1, 2)), x) == "train"


def test_numbers_of_float32_are_near_enough():
    x = {split: values.astype("float32") for split, values in draw_splits(1, (9, 8)).items()}
    seen = join(x, SPLITS)
    assert audit_normalisation(seen.mean(), seen.std(), x) == "train + val + test"


def test_integers_are_images_too():
    x = {split: values.round().astype("uint8") for split, values in draw_splits(2, (5, 4)).items()}
    assert audit_normalisation(x["test"].mean(), x["test"].std(), x) == "test"


def test_many_cases_are_joined_without_loss():
    x = draw_splits(3, (3,), sizes=(5000, 1500, 1025))
    seen = join(x, ("train", "val"))
    assert audit_normalisation(seen.mean(0), seen.std(0), x) == "train + val"


def test_a_mean_or_a_deviation_alone_does_not_fit():
    x = draw_splits(4, (7,))
    mean, std = x["train"].mean(0), x["train"].std(0)
    assert audit_normalisation(mean + 0.002 * std, std, x) == "unknown"
    assert audit_normalisation(mean, 1.002 * std, x) == "unknown"
    one_off = mean + np.eye(7)[3]  # a single feature
    assert audit_normalisation(one_off, std, x) == "unknown"
    assert audit_normalisation(mean / 255, std / 255, x) == "unknown"


def test_rounded_numbers_name_all_that_fit():
    x = draw_splits(5, (2,))
    x["val"] = x["train"] + [3e-3, -3e-3]  # nearly the same: .0003 standard deviations off
    mean, std = x["train"].mean(0), x["train"].std(0)
    assert audit_normalisation(mean, std, x) == "train"
    rounded = np.round(mean + 1e-3, 3), np.round(std, 3)
    assert audit_normalisation(*rounded, x) == "train or val or train + val"
    assert audit_normalisation(*rounded, x, rtol=1e-5) == "unknown"


def test_a_constant_feature_is_compared_by_its_mean():
    x = draw_splits(6, (3,))
    for values in x.values():
        values[:, 1] = 5.0
    scaler = StandardScaler().fit(x["train"])
    assert scaler.scale_[1] == 1  # as scikit-learn stores it
    assert audit_normalisation(scaler.mean_, scaler.scale_, x) == "train"
    assert audit_normalisation(x["train"].mean(0), x["train"].std(0), x) == "train"
    assert audit_normalisation(scaler.mean_ + np.eye(3)[1], scaler.scale_, x) == "unknown"


def test_every_choice_fits_what_is_constant_throughout():
    x = {"train": np.full((3, 2), 7.0), "test": np.full((2, 2), 7.0)}
    assert audit_normalisation(7.0, 0.0, x) == "train or test or train + test"


@pytest.mark.parametrize(
    ("mean", "std", "x", "kind", "message"),
    [
        (0.0, 1.0, np.zeros((2, 3)), TypeError, "`x` must be a dictionary from split to array"),
        (0.0, 1.0, {}, TypeError, "`x` must be a dictionary"),
        (
            0.0,
            1.0,
            {"train": np.zeros(3)},
            ValueError,
            r"`x\['train'\]` must have shape \(n, \.\.\.",
        ),
        (0.0, 1.0, {"train": np.zeros((0, 3))}, ValueError, "Leave an empty split out"),
        (0.0, 1.0, {"train": [["a"]]}, TypeError, "must hold real numbers; got <U1"),
        (0.0, 1.0, {"train": [[np.nan, 1]]}, ValueError, r"`x\['train'\]` must hold finite"),
        (
            *(0.0, 1.0, {"train": np.zeros((2, 3)), "test": np.zeros((2, 4))}),
            *(ValueError, r"cases of one shape; got train \(2, 3\), test \(2, 4\)"),
        ),
        (
            np.nan,
            1.0,
            {"train": np.ones((2, 3))},
            ValueError,
            "`mean` must hold finite numbers; got nan",
        ),
        (0.0, -1.0, {"train": np.ones((2, 3))}, ValueError, "`std` must be at least 0; got -1"),
        ("a", 1.0, {"train": np.ones((2, 3))}, TypeError, "`mean` must hold real numbers; got <U1"),
        ([0, 0], [1, 1], {"train": np.ones((2, 3))}, ValueError, r"a case, \(3,\); got \(2,\)"),
        ([0, 0, 0], 1.0, {"train": np.ones((2, 3))}, ValueError, r"got \(3,\) and \(\)"),
        (
            *(np.zeros((2, 3)), np.ones((2, 3)), {"train": np.ones((2, 3))}),
            *(ValueError, r"broadcasts to a case, \(3,\); got \(2, 3\)"),
        ),
    ],
)
def test_what_does_not_fit_is_refused(mean, std, x, kind, message):
    with pytest.raises(kind, match=message):
        audit_normalisation(mean, std, x)


def test_the_tolerance_is_checked():
    with pytest.raises(ValueError, match="`rtol` must be a finite number > 0 and < 1; got 0"):
        audit_normalisation(0.0, 1.0, {"train": np.ones((2, 3))}, rtol=0)
