import math

import papermill
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.reruns.parameters import Parameter, ParameterError, parse_cell, read_parameters
from tests.reruns.synthetic_notebooks import PARAMETERS, build_notebook, parameters_cell, save


def test_every_field_of_every_type():
    parameters = parse_cell(PARAMETERS)
    assert list(parameters) == ["epochs", "rate", "mode", "verbose", "data_dir", "results_path"]
    assert parameters["epochs"] == Parameter(
        "epochs", int, 3, "passes over the images", low=1.0, high=10.0
    )
    assert parameters["rate"] == Parameter(
        "rate", float, 0.5, "of learning", low=0.0, high=1.0, low_open=True
    )
    assert parameters["mode"] == Parameter(
        "mode", str, "fast", "how to run", choices=("fast", "slow")
    )
    assert parameters["verbose"] == Parameter("verbose", bool, False, "whether to say more")
    assert parameters["data_dir"] == Parameter("data_dir", str, "", "where downloaded data lie")


def test_unbounded_range_and_empty_choice():
    parameters = parse_cell(
        "# a comment of its own\n"
        "shift: float = -1.5  # either way, in (-inf, inf)\n"
        'task: str = ""  # of your own file, one of "" | binary | multi-class\n'
    )
    assert (parameters["shift"].low, parameters["shift"].high) == (-math.inf, math.inf)
    assert parameters["task"].choices == ("", "binary", "multi-class")


def test_papermill_reads_the_same_names_and_defaults(tmp_path):
    notebook = build_notebook()
    ours = read_parameters(notebook)
    theirs = papermill.inspect_notebook(save(notebook, tmp_path / "a.ipynb"))
    assert list(theirs) == list(ours)
    assert [eval(theirs[name]["default"]) for name in theirs] == [p.default for p in ours.values()]
    assert [theirs[name]["inferred_type_name"] for name in theirs] == [
        p.type.__name__ for p in ours.values()
    ]


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("epochs = 3  # passes, in [1, 9]", "has no type"),
        ("print(1)  # passes", "has no type"),
        ("epochs: list = 3  # passes, in [1, 9]", "one of the types 'int', 'float', 'str', 'bool'"),
        ("epochs: int | None = 3  # passes, in [1, 9]", "one of the types"),
        ("epochs: int = 3", "has no comment"),
        ("epochs: int = 3  #", "has no comment"),
        ("epochs: int = 3  # passes", "does not end with the range"),
        ("epochs: int = 3  # passes, in [1, many]", "bounds are no numbers"),
        ("epochs: int = 2 + 1j  # passes, in [1, 9]", "default of its own that does not fit"),
        ("epochs: int = min(3, 4)  # passes, in [1, 9]", "must have a literal"),
        ("epochs: int  # passes, in [1, 9]", "one line with one `=`"),
        ("epochs: int = 3  # passes, 0 = all, in [1, 9]", "one line with one `=`"),
        ('name: str = "a=b"  # of it', "one line with one `=`"),
        ("epochs: int = (\n3)  # passes, in [1, 9]", "one line with one `=`"),
        ("epochs: int = 10  # passes, in [1, 9]", r"must be an integer in \[1, 9\]; got 10"),
        ("epochs: int = 1  # passes, in (1, 9]", r"an integer in \(1, 9\]"),
        ("epochs: int = 9  # passes, in [1, 9)", r"an integer in \[1, 9\)"),
        ("epochs: int = True  # passes, in [1, 9]", "got True"),
        ("epochs: int = 3.0  # passes, in [1, 9]", "got 3.0"),
        ('mode: str = "c"  # which, one of a | b', "one of 'a', 'b'; got 'c'"),
        ("flag: bool = 1  # whether", "true or false; got 1"),
        ("epochs: int = ", "must be Python"),
    ],
)
def test_ill_formed_line_is_refused(line, problem):
    with pytest.raises(ParameterError, match=problem):
        parse_cell(line)


def test_refusal_names_the_line_and_shows_a_good_one():
    match = r"`b: int = 3` has no comment.*`epochs: int = 15"
    with pytest.raises(ParameterError, match=match):
        parse_cell("a: bool = True  # whether\nb: int = 3")


def test_name_declared_twice():
    with pytest.raises(ParameterError, match="for the second time"):
        parse_cell("a: bool = True  # whether\na: bool = False  # whether")


@pytest.mark.parametrize("number", [0, 2])
def test_not_exactly_one_parameters_cell(number):
    notebook = build_notebook()
    notebook.cells = [parameters_cell() for _ in range(number)]
    with pytest.raises(ParameterError, match=f"one cell tagged `parameters`; found {number}"):
        read_parameters(notebook)


def test_file_that_is_no_notebook(tmp_path):
    path = tmp_path / "01_first.ipynb"
    path.write_text("<<<<<<< a merge that was not finished")
    with pytest.raises(ParameterError, match=r"01_first\.ipynb must be a notebook; it is no JSON"):
        read_parameters(path)


WHOLE = Parameter("n", int, 3, "count", low=1, high=10)
REAL = Parameter("x", float, 0.5, "number", low=0, high=1, low_open=True)
FLAG = Parameter("f", bool, False, "whether")
TEXT = Parameter("t", str, "a", "text")
CHOICE = Parameter("c", str, "all", "which", choices=("all", "dense"))


@pytest.mark.parametrize(
    ("parameter", "value", "expected"),
    [
        (WHOLE, "7", 7),
        (WHOLE, 10, 10),
        (REAL, "1e-4", 0.0001),
        (REAL, 1, 1.0),
        (FLAG, "true", True),
        (FLAG, "False", False),
        (FLAG, True, True),
        (TEXT, "007", "007"),
        (TEXT, "", ""),
        (CHOICE, "dense", "dense"),
    ],
)
def test_convert(parameter, value, expected):
    converted = parameter.convert(value)
    assert (converted, type(converted)) == (expected, parameter.type)


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        *[
            (WHOLE, value)
            for value in ("3.5", 3.5, 3.0, True, "true", "abc", "", 0, 11, None, 10**400)
        ],
        *[
            (REAL, value)
            for value in (0, 0.0, 1.5, "nan", "inf", math.nan, math.inf, True, "x", None)
        ],
        *[(FLAG, value) for value in ("yes", "1", 1, 0, "", None)],
        *[(TEXT, value) for value in (7, 7.0, True, None)],
        *[(CHOICE, value) for value in ("dens", "", "ALL")],
    ],
)
def test_convert_refuses(parameter, value):
    with pytest.raises(ParameterError, match=f"`{parameter.name}` must be .*; got "):
        parameter.convert(value)


@pytest.mark.parametrize("value", [math.inf, -math.inf, math.nan, "inf", 10**400])
def test_number_without_bounds_is_finite(value):
    with pytest.raises(ParameterError, match=r"a finite number in \[-inf, inf\]; got "):
        Parameter("x", float, 0.5, "number").convert(value)


def test_check_does_not_read_texts():
    with pytest.raises(ParameterError, match="got '7'"):
        WHOLE.check("7")


def test_choice_suggests():
    with pytest.raises(ParameterError, match="Did you mean 'dense'"):
        CHOICE.convert("dens")


@given(st.integers(-20, 20), st.booleans(), st.booleans())
def test_open_and_closed_bounds(value, low_open, high_open):
    parameter = Parameter("n", int, 1, "", -10, 10, low_open, high_open)
    allowed = range(-10 + low_open, 10 - high_open + 1)
    if value in allowed:
        assert parameter.check(value) == value
    else:
        with pytest.raises(ParameterError):
            parameter.check(value)
