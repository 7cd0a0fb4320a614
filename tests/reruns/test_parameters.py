import math

import papermill
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.reruns.parameters import (
    Parameter,
    ParameterError,
    collect,
    parse_cell,
    read_parameters,
)
from tests.reruns.synthetic_notebooks import PARAMETERS, build_notebook, parameters_cell, save


def test_every_field_of_every_type():
    parameters = parse_cell(PARAMETERS)
    assert list(parameters) == ["epochs", "rate", "mode", "verbose", "data_dir", "results_path"]
    assert parameters["epochs"] == Parameter(
        "epochs", int, 3, "passes over the images, in [1, 10]", minimum=1, maximum=10
    )
    assert parameters["rate"] == Parameter(
        "rate", float, 0.5, "of learning, in (0, 1]", above=0, maximum=1
    )
    assert parameters["mode"] == Parameter(
        "mode", str, "fast", "how to run, one of fast | slow", choices=("fast", "slow")
    )
    assert parameters["verbose"] == Parameter("verbose", bool, False, "whether to say more")
    assert parameters["data_dir"] == Parameter("data_dir", str, "", "where downloaded data lie")


def test_unbounded_range_and_empty_choice():
    parameters = parse_cell(
        "# a comment of its own\n"
        "shift: float = -1.5  # either way, in (-inf, inf)\n"
        'task: str = ""  # of your own file, one of "" | binary | multi-class\n'
    )
    shift = parameters["shift"]
    assert (shift.above, shift.minimum, shift.maximum) == (None, None, None)
    assert parameters["task"].choices == ("", "binary", "multi-class")


def test_several_choices_and_kind_of_data_set():
    parameters = parse_cell(
        'rungs: str = "dense, modern"  # of the ladder, any of dense | article | modern\n'
        'dataset: str = "digits"  # a name, or your own .npz; data set of kind images\n'
        'other: str = ""  # some data set\n'
    )
    assert parameters["rungs"].choices == ("dense", "article", "modern")
    assert parameters["rungs"].several
    assert parameters["dataset"].data_kind == "images"
    assert parameters["other"].data_kind is None


def test_predictions_file():
    line = 'predictions: str = ""  # of your own model: empty, or the path of a .csv file'
    parameter = parse_cell(line)["predictions"]
    assert parameter.is_predictions
    assert parameter.check("") == ""
    assert parameter.check("A.CSV") == "A.CSV"
    with pytest.raises(ParameterError, match=r"empty or the path of a \.csv file; got 'a\.xlsx'"):
        parameter.check("a.xlsx")
    assert not parse_cell('a: str = "b"  # a, or the path of a .csv file, or b')["a"].is_predictions


def test_bounds_are_shown_as_they_are_written():
    parameters = parse_cell("share: float = 0.5  # of all, in [0.25, 1]")
    with pytest.raises(ParameterError, match=r"a finite number >= 0\.25 and <= 1; got 0\."):
        parameters["share"].check(0)


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
        ("rate: float = 1.0  # of it, in [nan, 1]", "bounds are no numbers"),
        ("rate: float = 1.0  # of it, in [inf, 1]", "bounds are no numbers"),
        ("epochs: int = 2 + 1j  # passes, in [1, 9]", "default of its own that does not fit"),
        ("epochs: int = min(3, 4)  # passes, in [1, 9]", "must have a literal"),
        ("epochs: int  # passes, in [1, 9]", "one line with one `=`"),
        ("epochs: int = 3  # passes, 0 = all, in [1, 9]", "one line with one `=`"),
        ('name: str = "a=b"  # of it', "one line with one `=`"),
        ("epochs: int = (\n3)  # passes, in [1, 9]", "one line with one `=`"),
        ("epochs: int = 10  # passes, in [1, 9]", "must be an integer from 1 to 9; got 10"),
        ("epochs: int = 3  # passes, in (1, 9]", "a round bracket where the bound must be"),
        ("epochs: int = 3  # passes, in [1, 9)", "a round bracket where the bound must be"),
        ("rate: float = 0.0  # of it, in (0, 1]", "a finite number > 0 and <= 1; got 0.0"),
        ("rate: float = 0.5  # of it, in (0, 1)", "a round bracket where the bound must be"),
        ("epochs: int = True  # passes, in [1, 9]", "got True"),
        ("epochs: int = 3.0  # passes, in [1, 9]", "got 3.0"),
        ('rungs: str = "a, c"  # which, any of a | b', "name any of 'a', 'b', .* got 'a, c'"),
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
    path.write_text("<<<<<<< a merge that was not finished", encoding="utf-8")
    with pytest.raises(ParameterError, match=r"01_first\.ipynb must be a notebook; it is no JSON"):
        read_parameters(path)


WHOLE = Parameter("n", int, 3, "count", minimum=1, maximum=10)
REAL = Parameter("x", float, 0.5, "number", above=0, maximum=1)
FLAG = Parameter("f", bool, False, "whether")
TEXT = Parameter("t", str, "a", "text")
CHOICE = Parameter("c", str, "all", "which", choices=("all", "dense"))
SEVERAL = Parameter("s", str, "a", "which", choices=("article", "dense"), several=True)


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
        (SEVERAL, "dense", "dense"),
        (SEVERAL, "dense,article", "dense,article"),
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
        *[(SEVERAL, value) for value in ("", ",", "dense,", "dense, dense", "dense; article", 3)],
    ],
)
def test_convert_refuses(parameter, value):
    with pytest.raises(ParameterError, match=f"`{parameter.name}` must (be|name) .*; got "):
        parameter.convert(value)


@pytest.mark.parametrize("value", [math.inf, -math.inf, math.nan, "inf", 10**400])
def test_number_without_bounds_is_finite(value):
    with pytest.raises(ParameterError, match="`x` must be a finite number; got "):
        Parameter("x", float, 0.5, "number").convert(value)


def test_check_does_not_read_texts():
    with pytest.raises(ParameterError, match="got '7'"):
        WHOLE.check("7")


def test_choice_suggests():
    with pytest.raises(ParameterError, match="Did you mean 'dense'"):
        CHOICE.convert("dens")


def test_unknown_one_of_several_suggests():
    with pytest.raises(ParameterError, match="Did you mean 'article'"):
        SEVERAL.convert("dense, artcle")


@given(st.integers(-20, 20), st.booleans())
def test_open_and_closed_bounds(value, is_open):
    low = {"above" if is_open else "minimum": -10}
    parameter = Parameter("n", float, 1.0, "", **low, maximum=10)
    if value in range(-10 + is_open, 11):
        assert parameter.check(value) == value
    else:
        with pytest.raises(ParameterError):
            parameter.check(value)


def test_collect_gathers_what_is_found_and_every_problem():
    def find(name):
        if name.startswith("bad"):
            raise ParameterError(f"{name} is bad")
        return name.upper()

    assert collect(["a", "b"], find) == {"a": "A", "b": "B"}
    with pytest.raises(ParameterError, match=r"^bad1 is bad\nbad2 is bad$"):
        collect(["bad1", "a", "bad2"], find)
