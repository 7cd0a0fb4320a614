"""From the table of runs to what can be said: means over seeds, and differences seed by seed."""

import math

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from helpers.checks import check_choice, check_number, quoted

__all__ = ["compare_paired", "summarise_runs"]


def summarise_runs(table, *, by, value, confidence=0.95):
    """Average a measured number over seeds, with an interval and the number of runs left out.

    Parameters
    ----------
    table : pandas.DataFrame
        One row a run, from `run_grid`, or several of these joined.
    by : str or list of str
        The settings whose combinations are told apart: all that differ within the table.
    value : str
        What is averaged: the name of a column of numbers.
    confidence : float
        Above 0, below 1.

    Returns
    -------
    pandas.DataFrame
        One row a combination, in the table's order: the settings in `by`, "mean", "low" and
        "high" of the interval, "num_seeds" that were averaged, and beside them "num_diverged" and
        "num_failed".

    Raises
    ------
    TypeError, ValueError
        For a table without runs or without these columns, a column that occurs twice, a run
        without a seed, a seed that occurs twice in a combination, a finished run without the
        value, or a confidence out of its range.

    Notes
    -----
    The interval is mean +/- t s / sqrt(n) with the standard deviation s over n seeds and Student's
    t for n - 1 degrees of freedom. It says how far the mean over all seeds may lie, for this data,
    if runs scatter about normally. It does not say how a single run scatters, nor how test cases
    or other data would. Two means with overlapping intervals can still differ: `compare_paired`
    says whether.

    One seed has a mean and no interval: its limits are nan. Without a finished run all three are.
    Diverged and failed runs are counted, never averaged; where there are many, the mean is that of
    the lucky ones.

    References
    ----------
    Student, Biometrika 6:1 (1908), doi 10.1093/biomet/6.1.1.

    Examples
    --------
    >>> runs = pd.DataFrame({"size": 250, "seed": [0, 1, 2], "auc": [0.70, 0.74, np.nan],
    ...                      "status": ["finished", "finished", "diverged"]})
    >>> summarise_runs(runs, by="size", value="auc").round(3)
       size  mean    low   high  num_seeds  num_diverged  num_failed
    0   250  0.72  0.466  0.974          2             1           0

    Introduced in notebook 06, *Learning curves*.
    """
    by = _check_table(table, by, value)
    check_number("confidence", confidence, above=0, below=1)
    rows = []
    for key, runs in _groups_of(table, by):
        numbers = _values_by_seed(runs, value, key)
        counts = runs["status"].value_counts()
        rows.append(
            {
                **key,
                **_interval_of(numbers, confidence),
                "num_seeds": len(numbers),
                "num_diverged": int(counts.get("diverged", 0)),
                "num_failed": int(counts.get("failed", 0)),
            }
        )
    return pd.DataFrame(rows)


def compare_paired(table, value, *, between, by=(), confidence=0.95):
    """Compare two values of a setting by their differences, seed by seed.

    Parameters
    ----------
    table : pandas.DataFrame
        One row a run, from `run_grid`, or several of these joined.
    value : str
        What is compared: the name of a column of numbers.
    between : tuple of (str, value, value)
        The setting, its first and its second value, such as ("model", "dense", "cnn").
    by : str or list of str
        The other settings whose combinations are told apart: all that differ within the table.
    confidence : float
        Above 0, below 1.

    Returns
    -------
    pandas.DataFrame
        One row a combination, in the table's order (a single row if `by` is empty): the settings
        in `by`; "mean" of the differences, the second less the first; "low" and "high" of its
        interval; "num_seeds" that both have; "num_left_out", seeds that have no pair because a run
        diverged, failed or was never made.

    Raises
    ------
    TypeError, ValueError
        As `summarise_runs`; or if a value in `between` does not occur in the table, both are the
        same, or the setting is in `by` as well.

    Notes
    -----
    Runs with the same seed share training images and random numbers where the function lets them.
    What such a seed does to both goes out of their difference, so its interval is narrower than
    those of the two means suggest. It is Student's, as in `summarise_runs`, and that of the paired
    t-test: it lies wholly on one side of 0 just where that test's p is below 1 - confidence. Of
    twenty such intervals about one misses the truth: write down before the run which ones decide.

    A single pair has no interval: its limits are nan. Without a pair all three are.

    References
    ----------
    Student, Biometrika 6:1 (1908), doi 10.1093/biomet/6.1.1.

    Examples
    --------
    >>> runs = pd.DataFrame({"model": ["dense"] * 3 + ["cnn"] * 3, "seed": [0, 1, 2] * 2,
    ...                      "auc": [0.60, 0.70, 0.65, 0.72, 0.80, 0.76], "status": "finished"})
    >>> compare_paired(runs, "auc", between=("model", "dense", "cnn")).round(3)
       mean    low   high  num_seeds  num_left_out
    0  0.11  0.085  0.135          3             0

    Introduced in notebook 06, *Learning curves*.
    """
    by = _check_table(table, by, value)
    check_number("confidence", confidence, above=0, below=1)
    setting, first, second = _check_between(table, between, by)
    rows = []
    for key, runs in _groups_of(table[table[setting].isin([first, second])], by):
        one, other = (
            _values_by_seed(runs[runs[setting] == choice], value, key | {setting: choice})
            for choice in (first, second)
        )
        differences = (other - one).dropna()  # seeds that one of them lacks become nan
        counts = {"num_seeds": len(differences)}
        counts["num_left_out"] = runs["seed"].nunique() - len(differences)
        rows.append({**key, **_interval_of(differences, confidence), **counts})
    return pd.DataFrame(rows)


def check_runs(table):
    """Refuse what is no table of runs: rows with a seed and a status, each column once."""
    if not isinstance(table, pd.DataFrame):
        raise TypeError(f"`table` must be a data frame of run_grid; got {type(table).__name__}.")
    if table.empty:
        raise ValueError("`table` must hold at least one run; got none.")
    if (twice := table.columns.duplicated()).any():
        raise ValueError(
            f"`table` must have each column once; got {table.columns[twice][0]!r} twice."
        )
    if missing := [name for name in ("seed", "status") if name not in table.columns]:
        raise ValueError(
            f"`table` must have the columns that run_grid makes; {quoted(missing)} is missing."
        )
    if (unknown := table["seed"].isna()).any():
        raise ValueError(
            f"`table` must hold the seed of each run; {unknown.sum()} of {len(table)} have none."
        )


def _check_table(table, by, value):
    """Refuse a table that lacks what is asked for; return `by` as a list."""
    check_runs(table)
    by = [by] if isinstance(by, str) else list(by)
    for name in by:
        check_choice("by", name, table.columns.drop(["seed", "status"]))
    check_choice("value", value, table.select_dtypes("number").columns.drop("seed"))
    return by


def _check_between(table, between, by):
    if not isinstance(between, tuple | list) or len(between) != 3:
        raise TypeError(
            "`between` must be a setting and two of its values, such as ('model', 'dense', 'cnn'); "
            f"got {between!r}."
        )
    setting, first, second = between
    check_choice("between", setting, table.columns.drop(["seed", "status"]))
    for choice in (first, second):
        check_choice("between", choice, table[setting].unique().tolist())
    if first == second:
        raise ValueError(f"`between` must name two values of {setting!r}; got {first!r} twice.")
    if setting in by:
        raise ValueError(f"`by` must not hold {setting!r}, which `between` compares.")
    return between


def _groups_of(table, by):
    """Yield the combinations of settings as dicts, each with its runs, in the table's order."""
    if not by:
        yield {}, table
        return
    for key, runs in table.groupby(by, sort=False, dropna=False):
        yield dict(zip(by, key, strict=True)), runs


def _values_by_seed(runs, value, key):
    """Return the values of the finished runs, with their seeds as index."""
    place = " at " + ", ".join(f"{name} = {choice}" for name, choice in key.items()) if key else ""
    if (twice := runs["seed"].duplicated()).any():
        raise ValueError(
            f"`by` must tell apart all settings that differ: seed {runs['seed'][twice].iloc[0]} "
            f"occurs twice{place}. Name the missing setting, or select its rows first."
        )
    numbers = runs[runs["status"] == "finished"].set_index("seed")[value].astype(float)
    if not np.isfinite(numbers).all():
        raise ValueError(
            f"`table` must hold a finite {value!r} in each finished run; it does not{place}. "
            "Select the runs that measured it."
        )
    return numbers


def _interval_of(values, confidence):
    """Return mean, low and high; nan where there are too few values."""
    number = len(values)
    mean = float(values.mean()) if number else math.nan
    margin = math.nan
    if number > 1:
        quantile = stdtrit(number - 1, (1 + confidence) / 2)
        margin = float(quantile * values.std(ddof=1) / math.sqrt(number))
    return {"mean": mean, "low": mean - margin, "high": mean + margin}
