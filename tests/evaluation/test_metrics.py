import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.metrics import roc_auc_score

from helpers.evaluation import (
    Estimate,
    compute_accuracy,
    compute_auc,
    name_labels,
    predict_labels,
    rank_errors,
)
from tests.evaluation.pairs import count_pairs
from tests.tolerances import EXACT64

# few distinct values, so that ties are frequent
probabilities = arrays(
    "float64", st.integers(2, 40), elements=st.sampled_from([0, 0.25, 0.5, 0.8, 1])
)
cases = probabilities.flatmap(
    lambda p: st.tuples(arrays("int64", len(p), elements=st.integers(0, 1)), st.just(p))
).filter(lambda case: 0 < case[0].mean() < 1)


@pytest.mark.reference("compute_auc")
@given(cases)
def test_auc_is_the_share_of_pairs_in_order(case):
    np.testing.assert_allclose(compute_auc(*case), count_pairs(*case), **EXACT64)


@pytest.mark.law("compute_auc")
@given(cases, st.randoms())
def test_auc_ignores_order_and_monotone_transforms(case, random):
    y_true, scores = case
    order = random.sample(range(len(scores)), len(scores))
    expected = compute_auc(y_true, scores)
    np.testing.assert_allclose(compute_auc(y_true[order], scores[order]), expected, **EXACT64)
    np.testing.assert_allclose(compute_auc(y_true, scores**3 / 2), expected, **EXACT64)
    np.testing.assert_allclose(compute_auc(y_true, 1 - scores), 1 - expected, **EXACT64)
    np.testing.assert_allclose(compute_auc(1 - y_true, 7 - 30 * scores), expected, **EXACT64)


@pytest.mark.reference("compute_auc")
def test_auc_of_classes_and_labels_is_the_mean_over_columns():
    generator = np.random.default_rng(0)
    scores = generator.dirichlet(np.ones(3), 30)
    classes = np.arange(30) % 3
    labels = (generator.random((30, 3)) < 0.4).astype(int)
    one_against_rest = np.mean([count_pairs((classes == k) * 1, scores[:, k]) for k in range(3)])
    by_label = np.mean([count_pairs(labels[:, k], scores[:, k]) for k in range(3)])
    np.testing.assert_allclose(compute_auc(classes, scores), one_against_rest, **EXACT64)
    np.testing.assert_allclose(compute_auc(labels, scores), by_label, **EXACT64)


@pytest.mark.reference("compute_auc")
@given(
    st.lists(
        st.tuples(st.booleans(), st.one_of(st.integers(-3, 3), st.floats(-1e6, 1e6))), min_size=2
    ).filter(lambda pairs: 0 < sum(y for y, _ in pairs) < len(pairs))
)
def test_auc_of_any_finite_scores_is_that_of_scikit_learn(pairs):
    y_true, scores = (np.array(column) for column in zip(*pairs, strict=True))
    expected = roc_auc_score(y_true, scores)
    np.testing.assert_allclose(compute_auc(y_true, scores), expected, **EXACT64)


def test_auc_of_logits_of_classes_needs_no_softmax():
    generator = np.random.default_rng(5)
    classes, logits = np.arange(40) % 3, generator.normal(0, 4, (40, 3))
    expected = np.mean([roc_auc_score(classes == k, logits[:, k]) for k in range(3)])
    np.testing.assert_allclose(compute_auc(classes, logits), expected, **EXACT64)


def test_auc_of_tied_and_of_separated_scores():
    assert compute_auc([0, 1, 1], [-4, -4, -4]) == 0.5
    assert compute_auc([0, 1, 0, 1], [1, 3, 2, 4]) == 1
    assert compute_auc([0, 1, 0, 1], [3, 1, 4, 2]) == 0


def test_auc_of_one_kind_of_case_is_undefined_and_says_so():
    with pytest.warns(UserWarning, match="one kind only and no ROC curve.*class 0") as caught:
        assert np.isnan(compute_auc([1, 1], [0.2, 0.3]))
    assert [warning.filename for warning in caught] == [__file__]
    with pytest.warns(UserWarning, match="1 of 3 classes"):
        area = compute_auc([0, 1, 0], [[0.6, 0.3, 0.1], [0.2, 0.7, 0.1], [0.5, 0.4, 0.1]])
    assert area == 1.0


@pytest.mark.reference("compute_accuracy")
def test_accuracy_by_hand_for_each_task():
    accuracy = compute_accuracy([1, 0, 1], [0.7, 0.6, 0.1])
    assert isinstance(accuracy, Estimate)
    assert accuracy.value == pytest.approx(1 / 3)
    assert compute_accuracy([2, 0], [[0.1, 0.2, 0.7], [0.3, 0.4, 0.3]]).value == 0.5


@pytest.mark.reference("compute_accuracy")
@pytest.mark.parametrize(
    ("shares", "expected"),
    [
        # standard deviation sqrt(1/24), four images
        ([2, 2, 3, 1], (0.5, 0.5 - 1.959964 / np.sqrt(96), 0.5 + 1.959964 / np.sqrt(96))),
        # standard deviation sqrt(1/12), three images: a sixth of 1.96 each way, and cut
        ([4, 4, 2], (5 / 6, 5 / 6 - 1.959964 / 6, 1)),
        ([0, 2, 0], (1 / 6, 0, 1 / 6 + 1.959964 / 6)),
    ],
)
def test_accuracy_of_labels_has_the_normal_interval_of_the_images(shares, expected):
    y_true = np.tile([0, 1, 1, 0], (len(shares), 1))
    right = np.arange(4) < np.array(shares)[:, None]  # of four answers about each image
    found = compute_accuracy(y_true, np.where(right, y_true, 1 - y_true))
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-6)


@pytest.mark.law("compute_accuracy")
@given(cases)
def test_accuracy_lies_in_its_interval_and_counts_right_answers(case):
    y_true, scores = case
    accuracy = compute_accuracy(y_true, scores)
    assert accuracy.low <= accuracy.value <= accuracy.high
    assert accuracy.value == np.mean(predict_labels(scores) == y_true)


@pytest.mark.parametrize(
    ("y_true", "scores", "value"),
    [
        ([[1, 0]], [[0.9, 0.9]], 1 / 2),
        # image 1: two of three, image 2: two of three
        ([[1, 0, 1], [0, 0, 1]], [[0.9, 0.9, 0.9], [0.1, 0.2, 0.3]], 2 / 3),
        ([[1, 0], [0, 0], [1, 1]], [[1, 0], [0, 0], [1, 1]], 1),
    ],
)
def test_accuracy_of_labels_without_spread_has_no_interval_and_says_so(y_true, scores, value):
    with pytest.warns(UserWarning, match="no interval: the shares.*no spread") as caught:
        accuracy = compute_accuracy(y_true, scores)
    assert [warning.filename for warning in caught] == [__file__]
    np.testing.assert_allclose(accuracy, (value, np.nan, np.nan), **EXACT64)


@pytest.mark.reference("predict_labels")
def test_labels_by_hand():
    np.testing.assert_array_equal(predict_labels([0.49, 0.5, 0.51]), [0, 1, 1])  # a half is a yes
    np.testing.assert_array_equal(predict_labels([[0.4, 0.4, 0.2], [0.1, 0.2, 0.7]]), [0, 2])
    np.testing.assert_array_equal(predict_labels([[0.9, 0.6]], multi_label=True), [[1, 1]])


@pytest.mark.reference("name_labels")
def test_names_by_hand():
    names = ("a", "b", "c")
    assert name_labels(np.int64(2), names) == "c"
    assert name_labels(np.array([0, 1, 1]), names) == "b, c"
    assert name_labels([0, 0, 0], names) == "none"


@pytest.mark.reference("rank_errors")
def test_errors_come_with_the_most_confident_first():
    scores = np.array([[0.1, 0.9], [0.6, 0.4], [0.8, 0.2], [0.3, 0.7]])
    np.testing.assert_array_equal(rank_errors([0, 0, 1, 0], scores), [0, 2, 3])
    labels = [[1, 1], [0, 1], [0, 0]]
    np.testing.assert_array_equal(
        rank_errors(labels, [[0.9, 0.6], [0.8, 0.9], [0.1, 0.95]]), [2, 1]
    )


def test_a_wrong_case_with_a_row_of_zeros_is_no_less_wrong():
    np.testing.assert_array_equal(rank_errors([1, 0], [[0.0, 0.0], [0.2, 0.8]]), [1, 0])


@pytest.mark.law("rank_errors")
@given(cases)
def test_errors_are_exactly_the_wrong_cases(case):
    y_true, scores = case
    wrong = np.flatnonzero(predict_labels(scores) != y_true)
    np.testing.assert_array_equal(np.sort(rank_errors(y_true, scores)), wrong)


BAD_CASES = [
    ([], [], "hold something"),
    ([0, 1], [0.1], "one label a case"),
    ([0, 1], [0.1, float("nan")], "must hold finite numbers"),
    ([0, 1], [0.1, float("inf")], "must hold finite numbers"),
    ([0, 2], [0.1, 0.2], "integers from 0 to 1"),
    ([0, 3], [[0.1, 0.2, 0.7]] * 2, "integers from 0 to 2"),
    (1, [0.1, 0.2], r"one label a case, or the shape of .*; got \(\) and \(2,\)"),
    ([0.0, 1.0], [0.1, 0.2], r"integers from 0 to 1; got float64 .*\. Use `\.astype\(int\)`\.$"),
    ([0.0, 0.5], [0.1, 0.2], r"got float64 with the values \[0\.0, 0\.5\]\.$"),
    ([0.0, 2.0], [0.1, 0.2], r"got float64 with the values \[0\.0, 2\.0\]\.$"),
    ([0.0, np.inf], [0.1, 0.2], r"got float64 with the values \[0\.0, inf\]\.$"),
    ([[0.0, 1.0]], [[0.1, 0.2]], r"Use `\.astype\(int\)`\.$"),
    ([None, 1], [0.1, 0.2], r"integers from 0 to 1; got object with the values \[None, 1\]"),
    ([[0, 1]], [[0.1, 0.2, 0.7]], "one label a case"),
    ([0, 1], [[0.1], [0.2]], r"shape \(n,\).*Take the column"),
]


@pytest.mark.parametrize("function", [compute_accuracy, compute_auc, rank_errors])
@pytest.mark.parametrize(("y_true", "scores", "message"), BAD_CASES)
def test_bad_input_is_refused(function, y_true, scores, message):
    with pytest.raises(ValueError, match=message):
        function(y_true, scores)
    with pytest.raises(TypeError, match="must hold real numbers"):
        function([0, 1], ["a", "b"])


@pytest.mark.parametrize("function", [compute_accuracy, rank_errors])
def test_logits_are_no_probabilities(function):
    with pytest.raises(ValueError, match=r"from -2 to 3\. Logits go through a sigmoid"):
        function([0, 1], [-2.0, 3.0])
    with pytest.raises(ValueError, match="Logits go through a sigmoid"):
        predict_labels([-2.0, 3.0])
