"""One table of results: each row against the measure itself, and nothing warns."""

import warnings

import numpy as np
import pytest
from scipy.stats import norm
from sklearn.metrics import accuracy_score, balanced_accuracy_score, brier_score_loss, roc_auc_score
from statsmodels.stats.proportion import proportion_confint

from helpers.evaluation.confusion import compute_rates, count_confusion
from helpers.evaluation.delong import delong_interval
from helpers.evaluation.report.summary import are_probabilities, summarise
from tests.tolerances import EXACT64


def draw_cases(num_cases=90):
    """Draw labels and logits that overlap."""
    random = np.random.default_rng(3)
    y_true = (np.arange(num_cases) % 3 == 0).astype(int)
    return y_true, random.normal(1.5 * y_true - 0.5, 1)


@pytest.mark.reference("summarise")
def test_binary_results_are_those_of_scikit_learn_and_statsmodels():
    y_true, logits = draw_cases()
    p = 1 / (1 + np.exp(-logits))
    table = summarise(y_true, p, threshold=0.5)
    np.testing.assert_allclose(table.loc["AUC", "value"], roc_auc_score(y_true, p), **EXACT64)
    called = p >= 0.5
    np.testing.assert_allclose(
        table.loc["accuracy", "value"], accuracy_score(y_true, called), **EXACT64
    )
    hits, positive = int(called[y_true == 1].sum()), int(y_true.sum())
    low, high = proportion_confint(hits, positive, method="wilson")
    expected = [hits / positive, low, high]
    found = table.loc["sensitivity", ["value", "low", "high"]].to_list()
    np.testing.assert_allclose(found, expected, **EXACT64)
    brier = brier_score_loss(y_true, p)
    np.testing.assert_allclose(table.loc["Brier score", "value"], brier, **EXACT64)
    assert list(table["how"][:2]) == ["DeLong, logit", "Wilson"]


@pytest.mark.reference("summarise")
def test_results_of_classes_are_those_of_scikit_learn():
    random = np.random.default_rng(4)
    y_true = np.arange(70) % 3
    p = random.dirichlet([1, 2, 3], size=70)
    table = summarise(y_true, p)["value"]
    answer = p.argmax(axis=1)
    area = roc_auc_score(y_true, p, multi_class="ovr")
    np.testing.assert_allclose(table["accuracy"], accuracy_score(y_true, answer), **EXACT64)
    np.testing.assert_allclose(table["AUC, mean of classes"], area, **EXACT64)
    np.testing.assert_allclose(
        table["balanced accuracy"], balanced_accuracy_score(y_true, answer), **EXACT64
    )


def test_results_of_labels_stand_beside_those_of_always_no():
    random = np.random.default_rng(5)
    y_true = (random.random((50, 3)) < 0.2).astype(int)
    p = random.random((50, 3))
    table = summarise(y_true, p)["value"]
    np.testing.assert_allclose(table["accuracy of always no"], 1 - y_true.mean(), **EXACT64)
    np.testing.assert_allclose(table["accuracy"], np.mean((p >= 0.5) == y_true), **EXACT64)
    area = roc_auc_score(y_true, p, average="macro")
    np.testing.assert_allclose(table["AUC, mean of labels"], area, **EXACT64)


def test_without_several_cases_of_a_patient_names_change_nothing():
    y_true, logits = draw_cases()
    alone = summarise(y_true, logits, threshold=0.0)
    named = summarise(y_true, logits, threshold=0.0, patient=[f"p{i}" for i in range(90)])
    assert alone.equals(named)


def test_copies_of_a_patient_do_not_narrow_the_intervals():
    y_true, logits = draw_cases()
    once = summarise(y_true, logits, threshold=0.0)
    copies = [np.repeat(values, 4) for values in (y_true, logits, np.arange(90))]
    joined = summarise(*copies[:2], threshold=0.0, patient=copies[2])
    taken_apart = delong_interval(*copies[:2])
    for name in ("AUC", "sensitivity", "accuracy"):
        np.testing.assert_allclose(joined.loc[name, "value"], once.loc[name, "value"], **EXACT64)
        width, before = (t.loc[name, "high"] - t.loc[name, "low"] for t in (joined, once))
        assert 0.8 * before < width < 1.25 * before
        assert joined.loc[name, "how"] == "bootstrap of whole patients"
    assert taken_apart.high - taken_apart.low < 0.6 * (
        joined.loc["AUC", "high"] - joined.loc["AUC", "low"]
    )


def test_classes_are_drawn_by_patient_too():
    y_true, patient = np.arange(60) % 3, np.repeat(np.arange(20), 3)
    scores = np.random.default_rng(8).normal(size=(60, 3)) + 2 * np.eye(3)[y_true]
    table = summarise(y_true, scores, patient=patient)
    assert table.loc["accuracy", "how"] == "bootstrap of whole patients"
    right = np.mean(scores.argmax(axis=1) == y_true)
    half = norm.ppf(0.975) * np.sqrt(right * (1 - right) / 60)
    assert abs(table.loc["accuracy", "high"] - table.loc["accuracy", "low"] - 2 * half) < half


def test_scores_that_are_no_probabilities_have_no_calibration():
    y_true, logits = draw_cases()
    assert "ECE" not in summarise(y_true, logits).index
    assert list(summarise(y_true, logits).index) == ["AUC"]
    labels = np.stack([y_true, 1 - y_true], axis=1)
    table = summarise(labels, np.stack([logits, -logits], axis=1))
    assert list(table.index) == ["AUC, mean of labels"]


def test_what_is_not_defined_says_why_and_warns_nobody():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        table = summarise([0, 0, 0], [0.1, 0.6, 0.2], threshold=0.5)
    assert np.isnan(table.loc["AUC", "value"])
    assert "no case of class 1" in table.loc["AUC", "how"]
    assert table.loc["specificity", "value"] == 2 / 3
    assert "no case with the disease" in table.loc["sensitivity", "how"]
    nobody = summarise([0, 1, 0, 1], [0.1, 0.6, 0.2, 0.4], threshold=np.inf)
    assert np.isnan(nobody.loc["PPV", "value"])
    assert "0 / 0" in nobody.loc["PPV", "how"]


def test_a_single_patient_shows_no_interval():
    y_true, logits = draw_cases()
    table = summarise(y_true, logits, threshold=0.0, patient=["p1"] * 90)
    assert table["low"].isna().all()
    assert "single patient" in table.loc["AUC", "how"]
    expected = compute_rates(count_confusion(y_true, logits, 0.0))["PPV"].value
    assert table.loc["PPV", "value"] == expected


def test_after_a_separation_of_patients_the_area_has_the_bound_of_their_pairs():
    # 3 patients with the disease, 4 without, 2 images each: 3 pairs; .05^(1/3) = .368
    y_true, patient = np.repeat([1, 1, 1, 0, 0, 0, 0], 2), np.repeat(list("abcdefg"), 2)
    scores = y_true + np.arange(14) / 100
    for values, expected in ((scores, [1, 0.3684, 1]), (-scores, [0, 0, 0.6316])):
        row = summarise(y_true, values, patient=patient).loc["AUC"]
        np.testing.assert_allclose(row[["value", "low", "high"]].astype(float), expected, atol=5e-5)
        assert row["how"] == "complete separation: bound from 3 pairs of patients"
    both = list("aabbcc")  # each with a healthy and a diseased image: one pair of patients
    row = summarise([0, 1] * 3, [1, 2] * 3, patient=both).loc["AUC"]
    assert row["low"] == pytest.approx(0.05, rel=1e-12)
    assert np.isnan(summarise([0, 1], [1, 2], patient=list("aa")).loc["AUC", "low"])


def test_an_interval_without_width_is_none():
    y_true, patient = np.tile([1, 0, 1, 0], 6), np.repeat(range(12), 2)
    scores = np.where(y_true == 1, 1.0, np.tile([0, 0.2, 0, 2.0], 6))
    table = summarise(y_true, scores, threshold=0.5, patient=patient)
    assert table.loc["sensitivity", "value"] == 1  # in every drawn test set, too
    assert table.loc["sensitivity", ["low", "high"]].isna().all()
    assert "no spread in the drawn test sets" in table.loc["sensitivity", "how"]
    assert table.loc["specificity", "high"] > table.loc["specificity", "low"]
    tied = summarise(y_true, np.zeros(24), patient=patient).loc["AUC"]
    assert (tied["value"], np.isnan(tied["low"])) == (0.5, True)
    assert "no spread" in tied["how"]


def test_draws_that_are_all_right_count_in_the_accuracy_of_classes():
    y_true, patient = np.arange(40) % 4, np.repeat(range(20), 2)
    answer = np.where(
        np.arange(40) < 2, (y_true + 1) % 4, y_true
    )  # one patient's answers are wrong
    row = summarise(y_true, np.eye(4)[answer], patient=patient).loc["accuracy"]
    # without that patient in (19/20)^20 = 36 % of the draws: the upper end is 1
    np.testing.assert_allclose(row["value"], 38 / 40, **EXACT64)
    # by the binomial distribution of 20 draws with a chance of 1 in 20: P(more than 3) = .016
    assert (row["low"], row["high"]) == (17 / 20, 1)
    assert row["how"] == "bootstrap of whole patients"
    right = summarise(y_true, np.eye(4)[y_true], patient=patient).loc["accuracy"]
    assert (right["value"], np.isnan(right["low"])) == (1, True)
    assert "no spread" in right["how"]
    alone = summarise(y_true, np.eye(4)[answer], patient=["p"] * 40).loc["accuracy"]
    assert np.isnan(alone["low"])
    assert "single patient" in alone["how"]


def test_a_likelihood_ratio_that_is_infinite_in_all_draws_has_no_interval():
    y_true = np.arange(24) % 2
    scores = np.where(np.arange(24) % 6 == 1, 0.0, y_true)  # misses, and no false alarm
    table = summarise(y_true, scores, threshold=0.5, patient=np.repeat(range(12), 2))
    assert table.loc["LR+", "value"] == np.inf
    assert np.isnan(table.loc["LR+", "low"])
    assert "no spread" in table.loc["LR+", "how"]


def test_the_interval_of_a_likelihood_ratio_keeps_draws_in_which_it_is_infinite():
    # 20 patients a class with 2 images: one healthy patient has false positives
    y_true, patient = np.repeat([1, 0], 40), np.repeat(range(40), 2)
    scores = np.where(np.arange(80) < 10, 0.0, y_true)  # 5 of the 20 diseased are missed
    scores[78:] = 1.0
    row = summarise(y_true, scores, threshold=0.5, patient=patient).loc["LR+"]
    np.testing.assert_allclose(row["value"], 0.75 / 0.05, **EXACT64)
    assert row["high"] == np.inf  # without him in 36 % of the draws
    # by hand: sensitivity about .75, false positives in at most 3 of 20 patients
    assert 0.6 / 0.17 < row["low"] < 0.9 / 0.14
    assert row["how"] == "bootstrap of whole patients"
    turned = summarise(1 - y_true, 1 - scores, threshold=0.5, patient=patient).loc["LR-"]
    np.testing.assert_allclose(turned["value"], 0.05 / 0.75, **EXACT64)
    assert turned["low"] == 0
    # the same draws, the other way round
    np.testing.assert_allclose(turned["high"], 1 / row["low"], rtol=1e-9)


def test_a_measure_of_calibration_or_of_labels_has_no_interval_where_patients_repeat():
    y_true, logits = draw_cases()
    p, patient = 1 / (1 + np.exp(-logits)), np.repeat(np.arange(45), 2)
    rows = ["calibration intercept", "calibration slope"]
    assert summarise(y_true, p).loc[rows, ["low", "high"]].notna().all(axis=None)
    table = summarise(y_true, p, patient=patient)
    assert table.loc[rows, ["low", "high"]].isna().all(axis=None)
    assert table.loc[rows, "value"].notna().all()
    assert table.loc[rows, "how"].str.contains("each case for a patient").all()
    labels, of_labels = np.stack([y_true, 1 - y_true], axis=1), np.stack([p, p / 2], axis=1)
    assert summarise(labels, of_labels).loc["accuracy", ["low", "high"]].notna().all()
    assert summarise(labels, of_labels, patient=patient)["low"].isna().all()


def test_labels_that_are_all_answered_alike_have_no_interval():
    table = summarise([[0, 1], [1, 0], [0, 1]], [[0.1, 0.2], [0.9, 0.8], [0.3, 0.4]])
    assert table.loc["accuracy", "value"] == 0.5
    assert np.isnan(table.loc["accuracy", "low"])
    assert "no spread" in table.loc["accuracy", "how"]


def test_a_reason_stands_only_where_something_is_missing():
    y_true, p = [0, 0, 0, 1, 1, 1], [0.1, 0.2, 0.3, 0.7, 0.8, 0.9]  # one threshold separates
    alone = summarise(y_true, p)["how"]
    assert alone["calibration intercept"] == "Wald"
    assert "no finite slope" in alone["calibration slope"]
    repeated = summarise(y_true, p, patient=list("aabbcc"))["how"]
    assert "each case for a patient" in repeated["calibration intercept"]
    assert "no finite slope" in repeated["calibration slope"]
    nobody = summarise([0, 0], [0.1, 0.2], threshold=0.5)["how"]
    assert "0 / 0" in nobody["PPV"]  # nobody was called; a case with the disease would not help
    assert nobody["NPV"] == "Wilson"


def test_every_measure_without_an_interval_says_why():
    y_true, logits = draw_cases()
    p = 1 / (1 + np.exp(-logits))
    both = np.stack([1 - p, p], axis=1)
    tables = {
        "binary": summarise(y_true, p, threshold=0.5),
        "classes": summarise(y_true, both),
        "labels": summarise(np.stack([1 - y_true, y_true], axis=1), both),
    }
    for table in tables.values():
        reasons = table.loc[table["low"].isna(), "how"]
        assert len(reasons) >= 3
        assert reasons.str.match(r"no interval: \w+").all()
    assert "biased upwards" in tables["binary"].loc["ECE", "how"]


def test_a_threshold_is_refused_where_a_case_has_several_scores():
    with pytest.raises(ValueError, match="`threshold` must be left out"):
        summarise([0, 1], [[0.2, 0.8], [0.5, 0.5]], threshold=0.5)


@pytest.mark.parametrize(
    ("y_true", "scores", "words"),
    [
        ([0, 2], [0.1, 0.2], "`y_true`"),
        ([0, 1], [0.1, np.nan], "`scores` must hold finite numbers"),
        ([], [], "`y_true` must hold something"),
        ([0, 1, 1], [[0.2, 0.8], [0.5, 0.5]], "one label a case"),
    ],
)
def test_what_the_measures_refuse_is_refused(y_true, scores, words):
    with pytest.raises(ValueError, match=words):
        summarise(y_true, scores)


@pytest.mark.law("are_probabilities")
@pytest.mark.parametrize(
    ("scores", "multi_label", "expected"),
    [
        ([0.0, 1.0, 0.5], False, True),
        ([0.0, 1.01], False, False),
        ([-1e-9, 0.4], False, False),
        ([[0.25, 0.75], [0.5, 0.5]], False, True),
        ([[0.25, 0.75], [0.5, 0.6]], False, False),
        ([[0.25, 0.75], [0.5, 0.6]], True, True),
        ([[0.25, 0.75], [0.5, 1.6]], True, False),
    ],
)
def test_probabilities_lie_from_0_to_1_and_those_of_classes_add_to_1(scores, multi_label, expected):
    assert are_probabilities(scores, multi_label=multi_label) is expected


def test_scores_that_are_no_numbers_are_refused():
    with pytest.raises(ValueError, match="finite"):
        are_probabilities([0.1, np.nan])
    with pytest.raises(TypeError, match="real numbers"):
        are_probabilities(["a"])
