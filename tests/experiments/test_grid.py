import json

import numpy as np
import pytest

from helpers.experiments import build_grid
from helpers.experiments.grid import check_arguments, check_seeds


@pytest.mark.law("build_grid")
def test_a_grid_holds_every_combination_once():
    values = {"model": ["dense", "cnn"], "size": [250, 1000, 4000], "augment": [False, True]}
    grid = build_grid(values)
    assert len(grid) == 2 * 3 * 2
    assert len({tuple(combination.items()) for combination in grid}) == len(grid)
    for combination in grid:
        assert list(combination) == list(values)
        assert all(combination[name] in values[name] for name in values)
    assert [combination["augment"] for combination in grid[:3]] == [False, True, False]


def test_a_list_names_the_combinations_itself():
    combinations = [{"model": "dense", "size": 8000}, {"size": 250, "model": "cnn"}]
    assert build_grid(combinations) == combinations
    assert build_grid(build_grid({"size": range(2)})) == [{"size": 0}, {"size": 1}]


def test_a_grid_goes_through_json_unchanged():
    values = {"size": np.array([250, 1000]), "rate": np.float32([0.5]), "tied": np.array([True])}
    grid = build_grid(values | {"model": np.array(["cnn"])})
    back = json.loads(json.dumps(grid))
    assert back == grid == build_grid(back)
    assert [type(value) for value in grid[0].values()] == [int, float, bool, str]


@pytest.mark.parametrize(
    ("settings", "kind", "message"),
    [
        ({}, ValueError, "`settings` must hold a setting"),
        ([], ValueError, "`settings` must hold a setting"),
        ([{}], ValueError, "`settings` must hold a setting"),
        ({"size": [], "model": ["cnn"]}, ValueError, "`settings` must hold a setting"),
        ({"size": [250, 250]}, ValueError, "once; got size=250 twice"),
        ([{"size": 1}, {"size": 1.0}], ValueError, "once; got size=1.0 twice"),
        ([{"size": 1}, {"depth": 1}], ValueError, "same settings.*size=1 and depth=1"),
        ({"seed": [0, 1]}, ValueError, "name 'seed'.*Give `seeds` apart"),
        ({"mean": [0, 1]}, ValueError, "name 'mean'"),
        ({3: [0, 1]}, TypeError, "texts as names; got 3"),
        ({"model": "cnn"}, TypeError, r"list of values for 'model'.*write \['cnn'\]"),
        ({"size": 250}, TypeError, r"list of values for 'size'.*write \[250\]"),
        ({"size": [np.nan]}, TypeError, "got nan"),
        ({"size": [None]}, TypeError, "got None"),
        ({"units": [(8, 4)]}, TypeError, r"got \(8, 4\).*look it up"),
        (["cnn"], TypeError, "dicts of names and values; got 'cnn'"),
        ("cnn", TypeError, "a dict of lists, or a list of dicts; got 'cnn'"),
        (3, TypeError, "a dict of lists, or a list of dicts; got 3"),
    ],
)
def test_bad_grids_are_refused(settings, kind, message):
    with pytest.raises(kind, match=message):
        build_grid(settings)


def test_seeds_are_plain_integers():
    assert check_seeds(np.arange(3)) == [0, 1, 2]


@pytest.mark.parametrize(
    ("seeds", "kind", "message"),
    [
        ([], ValueError, r"at least one; got none. Try range\(3\)"),
        (range(0), ValueError, "at least one"),
        ([1, 2, 1], ValueError, "each seed once"),
        ([-1], ValueError, r"`seeds\[i\]` must be an integer from 0"),
        ([0.5], TypeError, r"`seeds\[i\]`"),
        (3, TypeError, r"list of integers; got 3. Try range\(3\)"),
        ("012", TypeError, "list of integers"),
    ],
)
def test_bad_seeds_are_refused(seeds, kind, message):
    with pytest.raises(kind, match=message):
        check_seeds(seeds)


def train(model, size=10, *, seed):
    pass


def train_anything(*, seed, **settings):
    pass


def test_a_function_may_have_defaults_or_take_any_setting():
    check_arguments(train, ["model"])
    check_arguments(train, ["size", "model"])
    check_arguments(train_anything, ["whatever"])
    check_arguments(lambda *rest, seed, **settings: None, ["size"])


@pytest.mark.parametrize(
    ("function", "names", "message"),
    [
        (
            train,
            ["model", "sise"],
            r"train\(\)` must be one of 'model', 'size'; got 'sise'.*'size'",
        ),
        (train, ["size"], r"must hold 'model', which train\(\) needs; got 'size'"),
        (lambda size: None, ["size"], r"must take `seed`.*takes 'size'"),
        (lambda: None, ["size"], "must take `seed`.*takes nothing"),
        (lambda size, /, seed: None, ["size"], "got 'size'"),
        (lambda size, /, seed, **rest: None, ["depth"], "must hold 'size'"),
    ],
)
def test_settings_must_fit_the_function(function, names, message):
    with pytest.raises(ValueError, match=message):
        check_arguments(function, names)
