import json
import math
from pathlib import Path

import pytest

from helpers.experiments import cache
from helpers.experiments.cache import RunCache, cache_folder, open_cache

RESULT = {"measured": {"auc": 0.1, "loss": math.nan}, "seconds": 1.5, "status": "diverged"}


def measure(size, seed):
    return {"auc": size + seed}


def test_a_result_comes_back_for_the_same_code_settings_and_seed(cache_dir):
    store = RunCache(cache_dir, "code")
    store.write({"size": 1, "model": "cnn"}, 0, RESULT)
    back = RunCache(cache_dir, "code").read({"model": "cnn", "size": 1}, 0)
    assert back["measured"]["auc"] == 0.1
    assert math.isnan(back["measured"].pop("loss"))
    assert back | {"measured": RESULT["measured"]} == RESULT
    assert store.read({"size": 1, "model": "cnn"}, 1) is None
    assert store.read({"size": 1.0, "model": "cnn"}, 0) is None
    assert store.read({"size": 1, "model": "dense"}, 0) is None
    assert RunCache(cache_dir, "other").read({"size": 1, "model": "cnn"}, 0) is None


def test_a_broken_file_counts_as_none(cache_dir):
    store = RunCache(cache_dir, "code")
    store.write({"size": 1}, 0, RESULT)
    (file,) = cache_dir.iterdir()
    text = file.read_bytes()
    for broken in (text[:-9], b"", b"null", b"[1]", b"{}", b"\xff"):
        file.write_bytes(broken)
        assert store.read({"size": 1}, 0) is None
    store.write({"size": 1}, 0, RESULT)
    assert file.read_bytes() == text


@pytest.mark.parametrize("moment", ["write_text", "replace"])
def test_an_interrupt_while_writing_leaves_no_half(cache_dir, monkeypatch, moment):
    store = RunCache(cache_dir, "code")
    store.write({"size": 1}, 0, RESULT)
    (kept,) = cache_dir.iterdir()
    original = getattr(Path, moment)

    def interrupted(path, *arguments, **options):
        if moment == "write_text":
            original(path, "half", **options)
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, moment, interrupted)
    with pytest.raises(KeyboardInterrupt):
        store.write({"size": 2}, 0, RESULT)
    assert list(cache_dir.iterdir()) == [kept]


def test_a_folder_that_cannot_be_written_is_told_once(cache_dir):
    cache_dir.write_text("a file")
    store = RunCache(cache_dir, "code")
    with pytest.warns(UserWarning, match="Runs are not kept.*COURSE_CACHE_DIR"):
        store.write({"size": 1}, 0, RESULT)
    store.write({"size": 2}, 0, RESULT)  # no second warning
    assert store.read({"size": 1}, 0) is None
    assert cache_dir.read_text() == "a file"


def test_the_folder_is_named_by_the_environment_or_the_platform(cache_dir, monkeypatch):
    assert cache_folder() == cache_dir
    assert not cache_dir.exists()
    monkeypatch.setenv("COURSE_CACHE_DIR", "~/runs")
    assert cache_folder() == Path.home() / "runs"
    monkeypatch.setenv("COURSE_CACHE_DIR", "")
    assert cache_folder().parts[-2:] == ("medical-image-course", "experiments")
    assert cache_folder().is_absolute()


def test_argument_and_environment_turn_the_cache_off(cache_dir, monkeypatch):
    for value in ("", "on"):
        monkeypatch.setenv("COURSE_CACHE", value)
        assert open_cache(measure, True).folder == cache_dir
    assert open_cache(measure, False).folder is None
    monkeypatch.setenv("COURSE_CACHE", "off")
    off = open_cache(measure, True)
    off.write({"size": 1}, 0, RESULT)
    assert off.read({"size": 1}, 0) is None
    assert not cache_dir.exists()


def test_a_function_that_the_cache_refuses_is_refused_without_it_as_well(monkeypatch):
    steps = (step for step in range(3))

    def generate(seed):
        return {"step": next(steps)}

    monkeypatch.setenv("COURSE_CACHE", "off")
    with pytest.raises(ValueError, match=r"generate\(\) changes.*`cache=False`"):
        open_cache(generate, True)
    assert open_cache(generate, False).folder is None


@pytest.mark.parametrize("value", ["0", "OFF", "false"])
def test_another_word_for_off_is_refused(monkeypatch, value):
    monkeypatch.setenv("COURSE_CACHE", value)
    with pytest.raises(ValueError, match="`COURSE_CACHE` must be one of 'on', 'off'"):
        open_cache(measure, True)


def test_another_type_of_argument_is_refused():
    with pytest.raises(TypeError, match="`cache` must be True or False; got 'off'"):
        open_cache(measure, "off")


def test_a_package_that_changed_after_its_import_keeps_nothing(monkeypatch):
    monkeypatch.setattr(cache, "PACKAGE_AT_IMPORT", "another")
    with pytest.warns(UserWarning, match="changed since this kernel.*Restart the kernel"):
        store = open_cache(measure, True)
    assert store.folder is None


def test_a_file_can_be_read_by_eye(cache_dir):
    RunCache(cache_dir, "code").write({"size": 1}, 7, {"status": "finished"})
    (file,) = cache_dir.iterdir()
    assert json.loads(file.read_text()) == {
        "settings": {"size": 1},
        "seed": 7,
        "result": {"status": "finished"},
    }
