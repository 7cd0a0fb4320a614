"""One function run with every combination of settings and every seed, into one table."""

import math
import numbers
import time
import types
import warnings
from collections.abc import Mapping

import pandas as pd

from helpers.checks import quoted
from helpers.experiments.cache import open_cache
from helpers.experiments.grid import (
    COLUMNS_OF_RUNS,
    build_grid,
    check_arguments,
    check_seeds,
    words_of,
)
from helpers.progress import tell_progress

__all__ = ["run_grid"]


def run_grid(function, settings, *, seeds, cache=True):
    """Run a function with each combination of settings and each seed, and list what it measured.

    Parameters
    ----------
    function : function
        `function(**combination, seed=seed)` returns a dict of names and numbers, the same names in
        each run. All its random numbers come from `seed`.
    settings : dict of str to list, or list of dict of str to value
        As in `build_grid`.
    seeds : iterable of int
        From 0 to 2**32 - 1, each once; at least one. An interval wants two.
    cache : bool
        Whether to take runs that are known from the disk, and to keep new ones there.

    Returns
    -------
    pandas.DataFrame
        One row a run, all seeds of the first combination first. Columns: the settings, "seed", what
        the function measured, "seconds", "status", "message". The status is "finished"; "diverged"
        if a number is nan or infinite, or the function raised `FloatingPointError`; "failed" if it
        raised something else. "message" says more, and is empty for a finished run.

    Raises
    ------
    TypeError
        If `function` is no function written in Python, or returns no dict of numbers; if a value or
        a seed is of the wrong type.
    ValueError
        If there is no seed, an empty grid, a combination twice, a setting that the function does
        not take or one that it lacks; if the function measures now this, now that; if the cache
        cannot tell when the function changes. All but what is returned is checked before the first
        run.
    RuntimeError
        If every run failed.

    Warns
    -----
    UserWarning
        If some runs failed, naming their settings; if the cache cannot be written; if the files of
        this package have changed since they were imported.

    Notes
    -----
    **What goes wrong.** A failed run does not stop the others, and neither does one that diverged;
    both stay in the table, and `summarise_runs` counts them. What a function returns is another
    matter: no dict of numbers is a mistake in its code, and stops the grid at once.

    **Cache.** A run is known by its settings, its seed and the code: the function with all that it
    takes from around it, functions of the notebook by their code and data by their content; the
    sources of `helpers`; the versions of Python and of the libraries that compute. Other modules of
    your own are known by their name only: after changing one, pass `cache=False`. Finished and
    diverged runs are kept, with the seconds that they took then; failed ones are tried again. Each
    run is kept when it ends, so after an interrupt the same cell goes on where it was. The folder
    is the environment variable ``COURSE_CACHE_DIR``, else below the platform's cache folder; delete
    it whenever you like. ``COURSE_CACHE=off`` turns the cache off; so it is when the committed
    notebooks are made and checked.

    **Machines.** A grid is a list, so machines can share it: each runs a part, `grid[:10]` or
    `grid[10:]`, or some of the seeds, and `pandas.concat` joins their tables.

    Progress is told where a person watches in Jupyter.

    Examples
    --------
    >>> import numpy as np
    >>> def toss(coins, seed):
    ...     return {"heads": np.random.default_rng(seed).integers(2, size=coins).sum()}
    >>> table = run_grid(toss, {"coins": [10, 1000]}, seeds=range(2), cache=False)
    >>> table[["coins", "seed", "heads", "status"]]
       coins  seed  heads    status
    0     10     0      4  finished
    1     10     1      5  finished
    2   1000     0    537  finished
    3   1000     1    491  finished

    Introduced in notebook 06, *Learning curves*.
    """
    if not isinstance(function, types.FunctionType):
        raise TypeError(
            f"`function` must be a function written in Python; got {function!r} "
            f"({type(function).__name__}). Write `def ...` around it."
        )
    grid, seeds = build_grid(settings), check_seeds(seeds)
    check_arguments(function, list(grid[0]))
    store = open_cache(function, cache)
    runs = [(combination, seed) for combination in grid for seed in seeds]
    rows, names = [], []
    with tell_progress(runs, "runs") as bar:
        for combination, seed in bar:
            bar.set_postfix_str(words_of(combination, seed))
            result = store.read(combination, seed)
            if result is None:
                result = _run(function, combination, seed)
                if result["status"] != "failed":
                    store.write(combination, seed, result)
            names = _check_same(names, result["measured"], words_of(combination, seed))
            rows.append({**result, **combination, "seed": seed, **result["measured"]})
    _report_failures(rows, grid)
    return pd.DataFrame(rows, columns=[*grid[0], "seed", *names, *COLUMNS_OF_RUNS[1:]])


def _run(function, combination, seed):
    """Run once; return what is known of the run, as plain data."""
    status, message, values = "finished", "", {}
    start = time.perf_counter()
    try:
        returned = function(**combination, seed=seed)
    except Exception as error:
        status = "diverged" if isinstance(error, FloatingPointError) else "failed"
        message = f"{type(error).__name__}: {error}".removesuffix(": ")
    else:
        values = _check_returned(returned, combination, words_of(combination, seed))
        if wrong := [name for name, value in values.items() if not math.isfinite(value)]:
            status = "diverged"
            message = ", ".join(f"{name} is {values[name]}" for name in wrong)
    seconds = time.perf_counter() - start
    return {"measured": values, "seconds": seconds, "status": status, "message": message}


def _check_returned(returned, combination, words):
    """Return what a function measured as a dict of Python's own numbers."""
    if not isinstance(returned, Mapping) or not returned:
        raise TypeError(
            f"`function` must return a dict of numbers, such as {{'auc': 0.9}}; got {returned!r} "
            f"({type(returned).__name__}) with {words}."
        )
    values = {}
    for name, value in returned.items():
        if not isinstance(name, str) or name in combination or name in COLUMNS_OF_RUNS:
            raise ValueError(
                "`function` must measure under names that are free texts; got "
                f"{name!r} with {words}."
            )
        if isinstance(value, bool) or not isinstance(value, numbers.Real):
            raise TypeError(
                f"`function` must return numbers; got {value!r} ({type(value).__name__}) for "
                f"{name!r} with {words}. Write float(...), or 0 and 1."
            )
        values[name] = int(value) if isinstance(value, numbers.Integral) else float(value)
    return values


def _check_same(names, measured, words):
    """Return the names that all runs measure, refusing a run that measured something else."""
    # a run that raised an error measured nothing
    if names and measured and set(names) != set(measured):
        raise ValueError(
            f"`function` must measure the same in each run; got {quoted(measured)} with {words}, "
            f"and {quoted(names)} before."
        )
    return names or list(measured)


def _report_failures(rows, grid):
    """Name the settings that failed in one warning; if no run is left, raise an error."""
    lines, count = [], 0
    for combination in grid:
        failed = [
            row for row in rows if row["status"] == "failed" and combination.items() <= row.items()
        ]
        if failed:
            seeds, reason = [row["seed"] for row in failed], failed[0]["message"].splitlines()[0]
            lines.append(f"{words_of(combination)}, seeds {seeds}: {reason}")
            count += len(failed)
    text = f"{count} of {len(rows)} runs failed:\n" + "\n".join(lines)
    if count == len(rows):
        raise RuntimeError(f"{text}\nCall the function once with such settings to see where.")
    if count:
        warnings.warn(text, stacklevel=3)
