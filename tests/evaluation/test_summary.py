"""One table of results: each row against the measure itself, and nothing warns."""

import warnings

import numpy as np
import pytest
from scipy.stats import norm
from sklearn.metrics import accuracy_score, balanced_accuracy_score, brier_score_loss, roc_auc_score
from statsmodels.stats.proportion import proportion_confint

from helpers.evaluation.confusion import compute_rates, count_confusion
from helpers.evaluation.delong import delong_interval
from helpers.evaluation.summary import are_probabilities, summarise
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


def test_an_infinite_likelihood_ratio_stays_infinite_with_several_cases_a_patient():
    y_true, scores = [0, 0, 1, 1, 0, 1], [0.1, 0.2, 0.7, 0.8, 0.3, 0.2]
    table = summarise(y_true, scores, threshold=0.5, patient=list("aabbcd"))
    assert table.loc["LR+", "value"] == np.inf
    assert np.isnan(table.loc["LR+", "low"])


def test_draws_with_an_infinite_likelihood_ratio_are_left_out():
    y_true, scores = [0, 0, 1, 1, 0, 1], [0.1, 0.6, 0.7, 0.8, 0.3, 0.2]
    table = summarise(y_true, scores, threshold=0.5, patient=list("aabbcd"))
    np.testing.assert_allclose(table.loc["LR+", "value"], 2, **EXACT64)
    assert "nan" in table.loc["LR+", "how"]  # too many draws have no false positive


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
