"""Dull twins of DeLong's method, pair by pair, and scores to try them on, good and bad."""

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

# few distinct values, so that ties are frequent; at least two cases of each class
cases = st.integers(4, 25).flatmap(
    lambda n: st.tuples(
        arrays("int64", n, elements=st.integers(0, 1)),
        arrays("float64", (3, n), elements=st.sampled_from([-1.0, 0.0, 0.5, 2.0, 7.0])),
    )
)
cases = cases.filter(lambda case: 2 <= case[0].sum() <= len(case[0]) - 2)

# labels, scores, and how they are refused by whatever takes the scores of one or more models
BAD_SCORES = [
    ([], [], ValueError, "hold something"),
    ([[0, 1]], [[1, 2]], ValueError, r"shape \(n,\)"),
    ([0, 2], [1, 2], ValueError, r"0 and 1; got int64 with the values \[0, 2\]"),
    (["a", "b"], [1, 2], ValueError, r"0 and 1; got <U1 with the values \['a', 'b'\]"),
    ([None, 1], [1, 2], ValueError, r"0 and 1; got object with the values \[None, 1\]"),
    ([0.0, 1.0], [1, 2], ValueError, "integers 0 and 1; got float64"),
    ([0, 1], [1, 2, 3], ValueError, r"one score a case.*got \(3,\) for 2"),
    ([0, 1], [[1], [2]], ValueError, r"got \(2, 1\)"),
    ([0, 1], np.ones((0, 2)), ValueError, r"got \(0, 2\)"),
    ([0, 1], [1, np.nan], ValueError, "finite"),
    ([0, 1], [1, np.inf], ValueError, "finite"),
    ([0, 1], ["a", "b"], TypeError, "real numbers"),
]


def place_one_by_one(y_true, scores):
    """Return the placements of all cases by comparing every pair: O(m n), slow and dull."""
    wins = [
        [1.0 if p > q else 0.5 if p == q else 0.0 for q in scores[y_true == 0]]
        for p in scores[y_true == 1]
    ]
    return np.mean(wins, axis=1), np.mean(wins, axis=0)


def count_pairs(y_true, scores):
    """Return the AUC by its definition, the share of pairs in order."""
    return place_one_by_one(y_true, scores)[0].mean()


def naive_covariance(y_true, scores):
    """DeLong's covariance by its definition, entry by entry."""
    placements = [place_one_by_one(y_true, row) for row in scores]
    aucs = np.array([count_pairs(y_true, row) for row in scores])
    covariance = np.zeros((len(scores), len(scores)))
    for i in range(len(scores)):
        for j in range(len(scores)):
            for kind in (0, 1):
                one, other = placements[i][kind] - aucs[i], placements[j][kind] - aucs[j]
                covariance[i, j] += np.sum(one * other) / (len(one) - 1) / len(one)
    return aucs, covariance


def draw_scores(generator, num_cases, shape=()):
    """Draw an ideal score and two poorer ones that share its noise; a third are positive."""
    y_true = np.arange(num_cases) % 3 // 2
    ideal = 1.5 * y_true + generator.standard_normal((*shape, num_cases))
    poorer = ideal + generator.standard_normal((*shape, num_cases)) * 0.5
    poorest = ideal + generator.standard_normal((*shape, num_cases))
    return y_true, np.stack([poorer, poorest, ideal], axis=-2)
