import pytest

from helpers.reruns.parameters import ParameterError, parse_cell
from helpers.reruns.values import (
    check_values,
    format_parameters,
    plan_runs,
    read_profile,
    read_values_file,
)
from tests.reruns.synthetic_notebooks import PARAMETERS, build_notebook, save

DECLARED = parse_cell(PARAMETERS)


@pytest.fixture
def root(tmp_path):
    for name in ("01_first", "02_second"):
        save(build_notebook(), tmp_path / "notebooks" / f"{name}.ipynb")
    profiles = tmp_path / "notebooks" / "profiles"
    profiles.mkdir()
    (profiles / "smoke.yaml").write_text(
        "01_first:\n  epochs: 1\n  rate: 1e-4\n02_second:\n", encoding="utf-8"
    )
    return tmp_path


def paths(root):
    return sorted((root / "notebooks").glob("*.ipynb"))


def test_values_in_their_types():
    given = {"epochs": "7", "rate": 1, "verbose": "true", "mode": "slow"}
    values = check_values(DECLARED, given)
    assert values == {"epochs": 7, "rate": 1.0, "verbose": True, "mode": "slow"}
    assert [type(value) for value in values.values()] == [int, float, bool, str]


def test_every_problem_at_once():
    with pytest.raises(ParameterError) as caught:
        check_values(DECLARED, {"epoch": 1, "rate": 2, "mode": "slow", "verbose": "maybe"})
    lines = str(caught.value).splitlines()
    assert len(lines) == 3
    assert "'epochs', 'rate', 'mode', 'verbose', 'data_dir', 'results_path'" in lines[0]
    assert lines[0].endswith("got 'epoch'. Did you mean 'epochs'?")
    assert lines[1] == "`rate` must be a finite number > 0 and <= 1; got 2."
    assert lines[2] == "`verbose` must be true or false; got 'maybe' (str)."


def test_name_that_is_no_text():
    with pytest.raises(ParameterError, match="got True"):  # YAML reads `on: 1` so
        check_values(DECLARED, {True: 1})


def test_format_names_every_parameter():
    text = format_parameters(DECLARED, {"epochs": 5, "rate": 0.5})
    assert [line for line in text.splitlines() if not line.startswith(" ")] == [
        "epochs = 5 (in class 3)",
        "rate = 0.5",
        "mode = 'fast'",
        "verbose = False",
        "data_dir = ''",
        "results_path = ''",
    ]
    assert "how to run, one of fast | slow" in text


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("- 1\n- 2\n", "got a list"),
        ("a: [1\n", "YAML file"),
        ("text", "got a str"),
        ("a: 1\nb: 2\na: 3\n", "'a' came several times"),
    ],
)
def test_values_file_of_another_kind(content, problem, tmp_path):
    path = tmp_path / "values.yaml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ParameterError, match=problem):
        read_values_file(path)


def test_values_file_that_is_missing_or_empty(tmp_path):
    with pytest.raises(ParameterError, match=r"none\.yaml must be a YAML file"):
        read_values_file(tmp_path / "none.yaml")
    (tmp_path / "empty.yaml").touch()
    assert read_values_file(tmp_path / "empty.yaml") == {}


def test_profiles(root):
    first, second = paths(root)
    assert read_profile("class", first) == {}
    assert read_profile("smoke", first) == {
        "epochs": 1,
        "rate": "1e-4",
    }
    assert read_profile("smoke", second) == {}
    with pytest.raises(ParameterError, match=r"full\.yaml must be"):
        read_profile("full", first)
    with pytest.raises(ValueError, match="`profile` must be one of 'class', 'smoke', 'full'"):
        read_profile("smok", first)


def test_profile_of_a_wrong_shape(root):
    first, _ = paths(root)
    (root / "notebooks" / "profiles" / "full.yaml").write_text("01_first: 3\n", encoding="utf-8")
    with pytest.raises(ParameterError, match="must give 01_first lines"):
        read_profile("full", first)


def test_given_values_go_before_the_profile(root):
    plan = plan_runs(paths(root), {"epochs": "5"}, profile="smoke")
    assert [path.stem for path in plan] == ["01_first", "02_second"]
    assert list(plan.values()) == [{"epochs": 5, "rate": 0.0001}, {"epochs": 5}]


def test_problems_of_all_notebooks_at_once(root):
    with pytest.raises(ParameterError) as caught:
        plan_runs(paths(root), {"epochs": 0})
    problem = "  `epochs` must be an integer from 1 to 10; got 0."
    assert str(caught.value).splitlines() == ["01_first:", problem, "02_second:", problem]


def test_paths_start_where_the_command_was_called(root, monkeypatch):
    monkeypatch.chdir(root)
    given = {"data_dir": "data", "results_path": "a.json", "mode": "fast"}
    (values,) = plan_runs(paths(root)[:1], given).values()
    assert values == {
        "data_dir": str(root / "data"),
        "results_path": str(root / "a.json"),
        "mode": "fast",
    }


DATASET = """\
dataset: str = "digits"  # a name, or the path of your own .npz; data set of kind images
results_path: str = ""  # where the results go"""


@pytest.fixture
def with_dataset(tmp_path):
    notebook = build_notebook()
    notebook.cells[1].source = DATASET
    return [save(notebook, tmp_path / "03_third.ipynb")]


@pytest.mark.parametrize("name", ["own.npz", "OWN.NPZ"])
def test_own_file_starts_where_the_command_was_called(name, with_dataset, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (values,) = plan_runs(with_dataset, {"dataset": name}).values()
    assert values == {"dataset": str(tmp_path / name)}


def test_data_set_is_checked_with_its_kind_together_with_all_else(with_dataset):
    asked = []

    def check_dataset(name, kind):
        asked.append((name, kind))
        if name == "none":
            raise ValueError("`dataset` must be one of 'digits'; got 'none'.")

    plan_runs(with_dataset, {"dataset": "digits"}, check_dataset=check_dataset)
    plan_runs(with_dataset, {}, check_dataset=check_dataset)  # the author's own default
    assert asked == [("digits", "images")]
    given = {"epochs": "3", "dataset": "none", "results_path": "thesis.docx"}
    with pytest.raises(ParameterError) as caught:
        plan_runs(with_dataset, given, check_dataset=check_dataset)
    heading, *problems = str(caught.value).splitlines()
    assert heading == "03_third:"
    assert [problem.split()[0] for problem in problems] == ["A", "`dataset`", "`results_path`"]


@pytest.fixture
def with_predictions(tmp_path, monkeypatch):
    notebook = build_notebook()
    notebook.cells[1].source = (
        'predictions: str = ""  # of your own model: empty, or the path of a .csv file\n'
        "epochs: int = 3  # passes over the images, in [1, 10]"
    )
    monkeypatch.chdir(tmp_path)
    return [save(notebook, tmp_path / "03_third.ipynb")]


def test_predictions_start_where_the_command_was_called(with_predictions, tmp_path):
    (tmp_path / "own.csv").write_text("y_true,y_score\n1,0.5\n", encoding="utf-8")
    (values,) = plan_runs(with_predictions, {"predictions": "own.csv"}).values()
    assert values == {"predictions": str(tmp_path / "own.csv")}
    (values,) = plan_runs(with_predictions, {"predictions": ""}).values()
    assert values == {"predictions": ""}


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("own.csv", r"/own\.csv must be a table of predictions: .*got 'nan' in line 2"),
        ("none.csv", r"/none\.csv must be a file with predictions; there is none"),
        ("own.xlsx", r"`predictions` must be empty or the path of a \.csv file; got 'own\.xlsx'"),
    ],
)
def test_predictions_are_refused_together_with_all_else(name, problem, with_predictions, tmp_path):
    (tmp_path / "own.csv").write_text("y_true,y_score\n1,nan\n", encoding="utf-8")
    with pytest.raises(ParameterError, match=problem) as caught:
        plan_runs(with_predictions, {"predictions": name, "epochs": 0})
    assert "`epochs` must be an integer from 1 to 10; got 0." in str(caught.value)


def test_results_path_that_is_a_file_of_another_kind(root):
    (root / "a.json").write_text('{"theme": "dark"}', encoding="utf-8")
    with pytest.raises(ParameterError, match="must be a new file, or the results of an earlier"):
        plan_runs(paths(root)[:1], {"results_path": str(root / "a.json")})


def test_empty_place_stays_empty(root):
    (values,) = plan_runs(paths(root)[:1], {"data_dir": ""}).values()
    assert values == {"data_dir": ""}


def test_results_path_of_several_notebooks_or_of_another_kind(root):
    with pytest.raises(ParameterError, match="one notebook only; got 2"):
        plan_runs(paths(root), {"results_path": "a.json"})
    with pytest.raises(ParameterError, match=r"must end in '\.json'"):
        plan_runs(paths(root)[:1], {"results_path": "thesis.docx"})
