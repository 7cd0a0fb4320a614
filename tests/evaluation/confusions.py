"""Counts of an operating point to try measures on: a published one, and any, from Hypothesis."""

from hypothesis import strategies as st

from helpers.evaluation import Confusion

counts = st.integers(1, 80)
confusions = st.builds(Confusion, counts, counts, counts, counts)
# any cell may be empty, but neither class is
with_zeros = st.tuples(*[st.integers(0, 9)] * 4)
with_zeros = with_zeros.filter(lambda four: four[0] + four[1] > 0 and four[2] + four[3] > 0)
any_confusions = with_zeros.map(lambda four: Confusion(*four))
# a liver scan, 344 patients: Altman and Bland, BMJ 308:1552 (1994), doi 10.1136/bmj.308.6943.1552
LIVER_SCAN = Confusion(
    true_negatives=54, false_positives=32, false_negatives=27, true_positives=231
)
