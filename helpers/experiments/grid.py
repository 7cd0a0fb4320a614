"""A grid is plain data: a list of settings, each a dict of names and values; and so are seeds."""

import inspect
import itertools
import math
import numbers
from collections.abc import Iterable, Mapping

import numpy as np

from helpers.checks import check_choice, check_integer, quoted

__all__ = ["build_grid"]

# columns of the table of runs, or of a summary: no setting has such a name
COLUMNS_OF_RUNS = ("seed", "seconds", "status", "message")
COLUMNS_OF_SUMMARIES = ("mean", "low", "high", "num_seeds", "num_diverged", "num_failed")
RESERVED = (*COLUMNS_OF_RUNS, *COLUMNS_OF_SUMMARIES, "num_left_out")


def build_grid(settings):
    """List the settings of an experiment: every combination of values, or those that you name.

    Parameters
    ----------
    settings : dict of str to list, or list of dict of str to value
        A dict gives each setting's values, and the grid has all their combinations, those of the
        last name next to one another. A list gives the combinations themselves, for a grid with
        gaps; all have the same names. A value is a text, a finite number, or True or False.

    Returns
    -------
    list of dict
        Element i maps the names to plain values, one combination. JSON can write and read it, so a
        part of the grid can run on another machine.

    Raises
    ------
    TypeError
        If a value is none of these, or the values of a name are no list.
    ValueError
        If the grid is empty, a combination occurs twice, names differ from one combination to the
        next, or a name has another meaning in the table of runs, such as "seed".

    Examples
    --------
    >>> for settings in build_grid({"model": ["dense", "cnn"], "size": [250, 1000]}):
    ...     print(settings)
    {'model': 'dense', 'size': 250}
    {'model': 'dense', 'size': 1000}
    {'model': 'cnn', 'size': 250}
    {'model': 'cnn', 'size': 1000}

    Introduced in notebook 06, *Learning curves*.
    """
    if isinstance(settings, Mapping):
        values = [_check_list(name, settings[name]) for name in settings]
        settings = [
            dict(zip(settings, combination, strict=True))
            for combination in itertools.product(*values)
        ]
    elif not isinstance(settings, Iterable) or isinstance(settings, str):
        raise TypeError(
            "`settings` must be a dict of lists, or a list of dicts; got "
            f"{settings!r} ({type(settings).__name__})."
        )
    grid = []
    for combination in settings:
        combination = _check_combination(combination)
        if combination in grid:
            raise ValueError(
                f"`settings` must hold each combination once; got {words_of(combination)} twice. "
                "What is repeated is the seed."
            )
        if grid and combination.keys() != grid[0].keys():
            raise ValueError(
                "`settings` must name the same settings in each combination; got "
                f"{words_of(grid[0])} and {words_of(combination)}."
            )
        grid.append(combination)
    if not grid or not grid[0]:
        raise ValueError("`settings` must hold a setting with a value; got none.")
    return grid


def _check_list(name, values):
    if not isinstance(values, Iterable) or isinstance(values, str | Mapping):
        raise TypeError(
            f"`settings` must give a list of values for {name!r}; got {values!r}. For a single "
            f"value write [{values!r}]."
        )
    return list(values)


def _check_combination(combination):
    if not isinstance(combination, Mapping):
        raise TypeError(
            "`settings` must hold dicts of names and values; got "
            f"{combination!r} ({type(combination).__name__})."
        )
    return {_check_name(name): _plain_value(name, combination[name]) for name in combination}


def _check_name(name):
    if not isinstance(name, str):
        raise TypeError(f"`settings` must have texts as names; got {name!r}.")
    if name in RESERVED:
        raise ValueError(
            f"`settings` must not have the name {name!r}, a column of the tables; nor any other of "
            f"{quoted(RESERVED)}." + (" Give `seeds` apart." if name == "seed" else "")
        )
    return name


def _plain_value(name, value):
    """Return a text, number or truth value as Python's own, which JSON can write."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, bool | str):
        return value
    if isinstance(value, numbers.Integral):
        return int(value)
    if isinstance(value, numbers.Real) and math.isfinite(value):
        return float(value)
    raise TypeError(
        f"`settings` must hold texts, finite numbers, True or False; got {value!r} "
        f"({type(value).__name__}) for {name!r}. Give its name, and let the function look it up."
    )


def check_seeds(seeds):
    """Return seeds as a list of int, each from 0 to 2**32 - 1 and there once."""
    if not isinstance(seeds, Iterable) or isinstance(seeds, str):
        raise TypeError(f"`seeds` must be a list of integers; got {seeds!r}. Try range(3).")
    seeds = [check_integer("seeds[i]", seed, minimum=0, maximum=2**32 - 1) for seed in seeds]
    if not seeds:
        raise ValueError("`seeds` must hold at least one; got none. Try range(3).")
    if len(set(seeds)) < len(seeds):
        raise ValueError(f"`seeds` must hold each seed once; got {seeds}.")
    return seeds


def check_arguments(function, names):
    """Refuse a function that does not take these settings and `seed`, or that needs more."""
    parameters = inspect.signature(function).parameters.values()
    kinds = {parameter.name: parameter.kind for parameter in parameters}
    named = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    taken = [name for name, kind in kinds.items() if kind in named]
    if inspect.Parameter.VAR_KEYWORD not in kinds.values():
        if "seed" not in taken:
            raise ValueError(
                f"`function` must take `seed`, from which its run starts; {function.__name__}() "
                f"takes {quoted(taken) or 'nothing'}."
            )
        taken.remove("seed")
        for name in names:
            check_choice(f"setting of {function.__name__}()", name, taken)
    free = (inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL)
    for parameter in parameters:
        optional = parameter.default is not parameter.empty or parameter.kind in free
        if not optional and parameter.name not in (*names, "seed"):
            raise ValueError(
                f"`settings` must hold {parameter.name!r}, which {function.__name__}() needs; got "
                f"{quoted(names)}."
            )


def words_of(settings, seed=None):
    """Write settings, and a seed, for a message.

    >>> words_of({"model": "cnn", "size": 250}, seed=0)
    "model='cnn', size=250, seed=0"
    """
    items = settings if seed is None else settings | {"seed": seed}
    return ", ".join(f"{name}={value!r}" for name, value in items.items()) or "no setting"
