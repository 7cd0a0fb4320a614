import functools
import os
import subprocess
import sys
import textwrap
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from helpers.experiments import fingerprint as module
from helpers.experiments.fingerprint import fingerprint

# what a cell of a notebook could hold; each change below makes it another experiment
CELL = """
import functools
import numpy as np
from helpers.checks import check_integer, check_number
IMAGES = np.arange(12.0).reshape(2, 6)
EPOCHS = 3
def build(units):
    return units + 1
BUILDERS = {"dense": build, "wide": functools.partial(build, units=7), "cnn": lambda: 4}
def measure(size, seed, rate=0.1, *, depth=2):
    def inner(step):
        return step * EPOCHS
    check_integer("size", size)
    return {"auc": inner(size) + BUILDERS["dense"](1) + IMAGES.mean() + (size in {"a", "b", "c"})}
"""


def run_cell(source):
    namespace = {"__name__": "__main__"}
    exec(compile(source, "<cell>", "exec"), namespace)
    return namespace["measure"]


def of_cell(old="", new=""):
    assert old in CELL
    return fingerprint(run_cell(CELL.replace(old, new)))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("inner(size) +", "inner(size) -"),
        ("step * EPOCHS", "step + EPOCHS"),
        ("step * EPOCHS", "step * 2"),
        ("rate=0.1", "rate=0.2"),
        ("depth=2", "depth=3"),
        ("EPOCHS = 3", "EPOCHS = 4"),
        ("EPOCHS = 3", "EPOCHS = 3.0"),
        ("reshape(2, 6)", "reshape(6, 2)"),
        ("np.arange(12.0)", "np.arange(12.0)[::-1]"),
        ("units + 1", "units + 2"),
        ("units=7", "units=8"),
        ("lambda: 4", "lambda: 5"),
        ('"c"}', '"d"}'),
        ("check_integer", "check_number"),
    ],
)
def test_a_change_of_code_or_data_changes_the_fingerprint(old, new):
    assert of_cell(old, new) != of_cell()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("def measure", "# a comment\n\n\ndef measure"),
        ("EPOCHS = 3", "EPOCHS = 3\nUNUSED = 5"),
        ("EPOCHS = 3", "def unused():\n    return 1\nEPOCHS = 2 + 1"),
        ('{"a", "b", "c"}', '{"c", "b", "a"}'),
    ],
)
def test_comments_and_what_the_function_does_not_use_change_nothing(old, new):
    assert of_cell(old, new) == of_cell()


def test_two_lambdas_on_one_line_differ():
    one, other = (lambda size, seed: {"x": 1}), (lambda size, seed: {"x": 2})
    assert fingerprint(one) != fingerprint(other)


def test_a_closure_is_known_by_what_it_encloses():
    def build(factor):
        return lambda size, seed: {"x": factor * size}

    assert fingerprint(build(2)) == fingerprint(build(2)) != fingerprint(build(3))


def test_a_local_function_of_another_module_is_known_by_its_code():
    other = {"__name__": "other", "factor": 2}
    exec("def build(offset):\n    return lambda size: factor * size + offset", other)

    def of_measure():
        scale = other["build"](3)
        return fingerprint(lambda size, seed: {"x": scale(size)})

    before = of_measure()
    assert of_measure() == before
    other["factor"] = 4
    assert of_measure() != before


def test_a_decorated_function_is_known_by_what_it_wraps():
    def build(factor):
        def measure(seed):
            return factor

        @functools.wraps(measure)
        def wrapper(seed):
            return measure(seed)

        return wrapper

    assert fingerprint(build(2)) == fingerprint(build(2)) != fingerprint(build(3))


def test_functions_may_call_themselves_and_each_other():
    even, odd = (
        "def measure(n, seed):\n    return odd(n)\n",
        "def odd(n):\n    return measure(n, 0)",
    )
    assert fingerprint(run_cell(even + odd)) == fingerprint(run_cell(even + odd))
    assert fingerprint(run_cell(even + odd)) != fingerprint(run_cell(even + odd + " + 1"))


def test_a_function_that_has_run_often_keeps_its_fingerprint():
    measure = run_cell(CELL)
    before = fingerprint(measure)
    for _ in range(1000):  # Python adapts its bytecode meanwhile
        measure(3, seed=0)
    assert fingerprint(measure) == before


def test_another_process_finds_the_same_fingerprint():
    code = textwrap.dedent("""
        import sys
        from helpers.experiments.fingerprint import fingerprint
        namespace = {"__name__": "__main__"}
        exec(compile(sys.argv[1], "<other>", "exec"), namespace)
        print(fingerprint(namespace["measure"]))
    """)
    for hash_seed in ("1", "2"):  # orders sets of texts differently
        answer = subprocess.run(
            [sys.executable, "-c", code, CELL],
            env=os.environ | {"PYTHONHASHSEED": hash_seed},
            cwd=Path(__file__).parents[2],
            capture_output=True,
            text=True,
            check=True,
        )
        assert answer.stdout.strip() == of_cell()


def test_package_versions_and_backend_are_part_of_it(monkeypatch, tmp_path):
    before = of_cell()
    with monkeypatch.context() as patch:
        patch.setenv("KERAS_BACKEND", "another")
        assert of_cell() != before
    with monkeypatch.context() as patch:
        patch.setattr(module, "_version_of", lambda library: "0.0" if library == "keras" else None)
        assert of_cell() != before
    (tmp_path / "part").mkdir()
    (tmp_path / "part" / "one.py").write_text("x = 1")
    monkeypatch.setattr(module, "PACKAGE", tmp_path)
    first = of_cell()
    (tmp_path / "part" / "one.py").write_text("x = 2")
    second = of_cell()
    (tmp_path / "part" / "one.py").rename(tmp_path / "two.py")
    assert len({before, first, second, of_cell()}) == 4


@dataclass
class Own:
    size: int


OWN, STREAM = Own(3), sys.stdout


def test_what_has_no_fingerprint_is_refused():
    generator = (i for i in range(3))
    for function, reason in [
        (lambda seed: OWN.size, "class 'Own'.*move it to a module"),
        (lambda seed: Own(3), "class 'Own'"),
        (lambda seed: next(generator), "generator"),
        (lambda seed: np.isin(generator, []), "generator"),
        (lambda seed: STREAM, "TypeError"),
    ]:
        with pytest.raises(ValueError, match=f"no fingerprint .*{reason}.*`cache=False`"):
            fingerprint(function)
