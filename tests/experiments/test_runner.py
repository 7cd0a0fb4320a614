import functools
import math
import re

import numpy as np
import pandas as pd
import pytest

from helpers.experiments import build_grid, run_grid

IMAGES = np.zeros((40, 5, 3))


@pytest.fixture
def log(tmp_path):
    """A file that counts the calls of a function, and is no part of its fingerprint."""
    path = tmp_path / "calls"
    path.touch()
    return path


def measure(model, size, seed):
    generator = np.random.default_rng([seed, size])
    return {"auc": generator.random(), "steps": np.int64(len(model) * size)}


def count(log):
    return len(log.read_text())


def note(log):
    with log.open("a") as file:
        file.write("x")


@pytest.mark.law("run_grid")
@pytest.mark.parametrize("cache", [True, False])
def test_the_table_holds_what_a_double_loop_computes(cache):
    settings = {"model": ["dense", "cnn", "pool"], "size": [250, 4000]}
    expected = []
    for model in settings["model"]:
        for size in settings["size"]:
            for seed in (5, 0):
                expected.append({"model": model, "size": size, "seed": seed})
                expected[-1] |= measure(model, size, seed)
    for _ in range(2):  # the second time from the disk, if it is used
        table = run_grid(measure, settings, seeds=[5, 0], cache=cache)
        columns = ["model", "size", "seed", "auc", "steps", "seconds", "status", "message"]
        assert list(table) == columns
        pd.testing.assert_frame_equal(table[columns[:5]], pd.DataFrame(expected))
        assert (table["status"] == "finished").all()
        assert (table["message"] == "").all()
        assert (table["seconds"] > 0).all()


def test_parts_of_a_grid_join_to_the_whole():
    grid = build_grid({"model": ["dense", "cnn"], "size": [250, 1000]})
    whole = run_grid(measure, grid, seeds=range(2))
    parts = [run_grid(measure, part, seeds=range(2)) for part in (grid[:1], grid[1:])]
    pd.testing.assert_frame_equal(pd.concat(parts, ignore_index=True), whole)


def test_known_runs_are_not_run_again(log):
    def run(size, seed):
        note(log)
        return {"auc": size + seed / 10}

    first = run_grid(run, {"size": [1, 2]}, seeds=range(3))
    assert count(log) == 6
    pd.testing.assert_frame_equal(run_grid(run, {"size": [1, 2]}, seeds=range(3)), first)
    assert count(log) == 6
    wider = run_grid(run, {"size": [2, 3]}, seeds=range(4))  # adds one seed, and one size
    assert count(log) == 6 + 1 + 4
    assert wider["auc"].tolist() == [2, 2.1, 2.2, 2.3, 3, 3.1, 3.2, 3.3]
    run_grid(run, {"size": [1]}, seeds=[0], cache=False)
    assert count(log) == 12


def test_the_environment_turns_the_cache_off(log, monkeypatch, cache_dir):
    def run(seed, size):
        note(log)
        return {"auc": 0.5}

    monkeypatch.setenv("COURSE_CACHE", "off")
    for _ in range(2):
        run_grid(run, {"size": [1]}, seeds=range(3))
    assert count(log) == 6
    assert not cache_dir.exists()


def test_a_changed_function_runs_anew(log):
    def build(offset):
        def run(size, seed):
            note(log)
            return {"auc": offset + size}

        return run

    assert run_grid(build(1), {"size": [1]}, seeds=[0])["auc"].tolist() == [2]
    assert run_grid(build(2), {"size": [1]}, seeds=[0])["auc"].tolist() == [3]
    assert run_grid(build(1), {"size": [1]}, seeds=[0])["auc"].tolist() == [2]
    assert count(log) == 2


@pytest.mark.parametrize("loss", [math.nan, math.inf, -math.inf, np.float32("nan")])
def test_a_diverging_run_is_marked_and_kept(log, loss):
    def run(rate, seed):
        note(log)
        return {"auc": 0.5, "loss": loss if rate > 1 and seed == 1 else 0.25}

    for _ in range(2):
        table = run_grid(run, {"rate": [0.1, 10.0]}, seeds=[1, 2])
        assert table["status"].tolist() == ["finished", "finished", "diverged", "finished"]
        assert table["message"].tolist() == ["", "", f"loss is {float(loss)}", ""]
        np.testing.assert_array_equal(table["loss"], [0.25, 0.25, loss, 0.25])
    assert count(log) == 4


def test_a_floating_point_error_is_a_divergence():
    def run(rate, seed):
        with np.errstate(all="raise"):
            return {"loss": float(np.float64(rate) * 1e300)}

    table = run_grid(run, {"rate": [1e300, 0.5]}, seeds=[0])
    assert table["status"].tolist() == ["diverged", "finished"]
    assert table["message"][0].startswith("FloatingPointError: overflow")
    np.testing.assert_array_equal(table["loss"], [np.nan, 5e299])
    alone = run_grid(run, {"rate": [1e300]}, seeds=[0])
    assert list(alone) == ["rate", "seed", "seconds", "status", "message"]  # nothing was measured


def test_a_size_larger_than_the_data_is_reported_with_its_setting(log):
    def run(size, seed):
        note(log)
        if size > len(IMAGES):
            raise ValueError(f"`size` must be at most {len(IMAGES)}; got {size}.\nTake fewer.")
        return {"auc": 0.75}

    reason = "size=41, seeds [0, 1]: ValueError: `size` must be at most 40; got 41."
    for calls in (6, 8):  # failed runs are tried again
        with pytest.warns(UserWarning, match="runs failed") as caught:
            table = run_grid(run, {"size": [10, 41, 20]}, seeds=range(2))
        assert [str(warning.message) for warning in caught] == [f"2 of 6 runs failed:\n{reason}"]
        assert caught[0].filename == __file__
        assert count(log) == calls
    assert table["status"].tolist() == ["finished"] * 2 + ["failed"] * 2 + ["finished"] * 2
    np.testing.assert_array_equal(table["auc"], [0.75, 0.75, np.nan, np.nan, 0.75, 0.75])
    assert table["message"][3].endswith("got 41.\nTake fewer.")


def test_each_failing_setting_is_named_with_its_seeds():
    def run(model, size, seed):
        if model == "cnn" and seed != 1:
            raise MemoryError
        if size == 5:
            raise KeyError("five")
        return {"auc": 0.75}

    settings = {"model": ["dense", "cnn"], "size": [4, 5]}  # 3 + 2 + 3 runs fail
    with pytest.warns(UserWarning, match="8 of 12 runs failed") as caught:
        table = run_grid(run, settings, seeds=range(3), cache=False)
    assert str(caught[0].message).splitlines()[1:] == [
        "model='dense', size=5, seeds [0, 1, 2]: KeyError: 'five'",
        "model='cnn', size=4, seeds [0, 2]: MemoryError",
        "model='cnn', size=5, seeds [0, 1, 2]: MemoryError",
    ]
    assert (table["status"] == "failed").sum() == 8


def test_if_all_runs_fail_there_is_no_table():
    def run(size, seed):
        raise ZeroDivisionError("division by zero")

    message = r"2 of 2 runs failed:\nsize=1, seeds \[0, 1\]: ZeroDivisionError: .*\nCall the func"
    with pytest.raises(RuntimeError, match=message):
        run_grid(run, {"size": [1]}, seeds=range(2))


@pytest.mark.parametrize("watched", [True, False])
def test_an_interrupt_goes_on_and_keeps_what_is_finished(
    log, tmp_path, monkeypatch, capsys, cache_dir, watched
):
    if watched:
        monkeypatch.setenv("JPY_SESSION_NAME", "lesson.ipynb")
    (tmp_path / "stop").touch()
    stop = tmp_path / "stop"

    def run(size, seed):
        note(log)
        if size == 2 and stop.exists():
            raise KeyboardInterrupt
        return {"auc": size + seed}

    with pytest.raises(KeyboardInterrupt):
        run_grid(run, {"size": [1, 2, 3]}, seeds=range(2))
    assert count(log) == 3
    assert len(list(cache_dir.iterdir())) == 2
    assert all(re.fullmatch("[0-9a-f]+.json", file.name) for file in cache_dir.iterdir())
    shown = capsys.readouterr()
    assert shown.err == ""
    assert shown.out == "" if not watched else shown.out.endswith("\r")
    stop.unlink()
    table = run_grid(run, {"size": [1, 2, 3]}, seeds=range(2))
    assert count(log) == 3 + 4  # goes on where it was
    assert table["auc"].tolist() == [1, 2, 2, 3, 3, 4]


def test_progress_is_told_only_where_a_person_watches(monkeypatch, capsys):
    monkeypatch.delenv("JPY_SESSION_NAME", raising=False)
    run_grid(measure, {"model": ["cnn"], "size": [250]}, seeds=range(3))
    assert capsys.readouterr() == ("", "")
    monkeypatch.setenv("JPY_SESSION_NAME", "lesson.ipynb")
    run_grid(measure, {"model": ["cnn"], "size": [250]}, seeds=range(3))
    shown = capsys.readouterr()
    assert "model='cnn', size=250, seed=2" in shown.out
    assert "/3" in shown.out
    assert shown.out.endswith("\r")  # and the line is taken away
    assert shown.err == ""


@pytest.mark.parametrize(
    ("returned", "kind", "message"),
    [
        (None, TypeError, r"dict of numbers.*got None \(NoneType\) with size=1, seed=4"),
        (0.9, TypeError, "dict of numbers.*got 0.9"),
        ({}, TypeError, "dict of numbers.*got {}"),
        ({"auc": "high"}, TypeError, "numbers; got 'high'.*for 'auc' with size=1, seed=4"),
        ({"auc": None}, TypeError, "numbers; got None"),
        ({"found": True}, TypeError, "numbers; got True.*0 and 1"),
        ({"auc": np.zeros(3)}, TypeError, "numbers; got array.*float"),
        ({"size": 3}, ValueError, "free texts; got 'size'"),
        ({"seconds": 3}, ValueError, "free texts; got 'seconds'"),
        ({0: 3}, ValueError, "free texts; got 0"),
    ],
)
def test_what_is_no_dict_of_numbers_stops_the_grid(returned, kind, message):
    def run(size, seed):
        return returned

    with pytest.raises(kind, match=message):
        run_grid(run, {"size": [1, 2]}, seeds=[4], cache=False)


def test_a_function_measures_the_same_in_each_run():
    def run(size, seed):
        return {"auc": 0.5, "loss": 1} if size < 3 else {"auc": 0.5}

    with pytest.raises(ValueError, match=r"same in each run; got 'auc' with size=3.*'auc', 'loss'"):
        run_grid(run, {"size": [1, 3]}, seeds=[0])


@pytest.mark.parametrize("function", [len, functools.partial(measure, "cnn"), "measure", None])
def test_only_functions_written_in_python_are_run(function):
    with pytest.raises(TypeError, match="`function` must be a function written in Python"):
        run_grid(function, {"size": [1]}, seeds=[0])


@pytest.mark.parametrize(
    ("settings", "seeds", "message"),
    [
        ({"size": [1], "model": []}, [0], "`settings` must hold a setting"),
        ({"size": [1, 1], "model": ["cnn"]}, [0], "each combination once"),
        ({"size": [1], "model": ["cnn"]}, [], "`seeds` must hold at least one"),
        ({"size": [1], "modle": ["cnn"]}, [0], "got 'modle'. Did you mean 'model'"),
        ({"size": [1]}, [0], "must hold 'model'"),
    ],
)
def test_a_bad_grid_is_refused_before_the_first_run(log, settings, seeds, message):
    def run(model, size, seed):
        note(log)

    with pytest.raises(ValueError, match=message):
        run_grid(run, settings, seeds=seeds)
    assert count(log) == 0


def test_a_generator_is_no_part_of_a_grid_that_can_be_kept():
    stream = (number for number in range(9))

    def run(size, seed):
        return {"next": next(stream)}

    with pytest.raises(ValueError, match=r"cannot tell when run\(\) changes"):
        run_grid(run, {"size": [1]}, seeds=[0])
    table = run_grid(run, {"size": [1]}, seeds=range(2), cache=False)
    assert table["next"].tolist() == [0, 1]
