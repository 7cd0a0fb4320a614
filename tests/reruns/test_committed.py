import json
import os

import nbformat
import pytest
from nbclient.exceptions import CellExecutionError
from nbformat.v4 import new_code_cell, new_markdown_cell

from helpers.experiments.cache import SWITCH_VARIABLE
from helpers.reruns.committed import (
    clean,
    code_cells,
    code_digest,
    descriptions,
    read_notebook,
    regenerate,
)
from helpers.reruns.stored import find_problems
from tests.reruns.synthetic_notebooks import ALT, PIXEL, as_committed, build_notebook, figure, save

SHOW = (
    "import base64\nfrom IPython.display import display\n"
    f"display({{'image/png': {PIXEL!r}, 'text/plain': 'f'}}, raw=True,"
    f" metadata={{'image/png': {{'alt': {ALT!r}}}}})"
)
PROGRESS = "for i in range(3):\n    print(f'\\rstep {i}', end='')\nprint()\nprint('done')"


@pytest.fixture(scope="module")
def regenerated(tmp_path_factory):
    """Return what is stored after a first and after a second regeneration."""
    notebook = build_notebook("import os\nprint(os.path.basename(os.getcwd()))", SHOW, PROGRESS)
    notebook.metadata["papermill"] = {"duration": 3}
    notebook.cells[0].metadata["collapsed"] = True
    notebook.cells[3].metadata["mystnb"] = {"image": {"alt": "of a figure that is gone"}}
    for cell in notebook.cells[2:]:
        del cell["id"]
    folder = tmp_path_factory.mktemp("course") / "notebooks"
    folder.mkdir()
    path = folder / "01_first.ipynb"
    path.write_text(json.dumps(notebook), encoding="utf-8")
    regenerate(path)
    first = path.read_bytes()
    regenerate(path)
    return path, first, path.read_bytes()


def test_regeneration_is_stable_to_the_byte(regenerated):
    _, first, second = regenerated
    assert first == second


def test_regenerated_notebook_has_no_problems(regenerated):
    path, _, _ = regenerated
    notebook = read_notebook(path)
    nbformat.validate(notebook)
    assert find_problems(notebook) == []


def test_regenerated_outputs(regenerated):
    path, _, _ = regenerated
    notebook = read_notebook(path)
    folder, shown, progress = (cell for cell in code_cells(notebook)[1:])
    assert folder.outputs[0].text == "notebooks\n"
    assert descriptions(shown) == [ALT]
    assert shown.metadata == {"mystnb": {"image": {"alt": ALT}}}
    assert progress.outputs[0].text == "step 2\ndone\n"
    assert len(progress.outputs) == 1


def test_ids_are_kept_or_made(regenerated):
    path, _, _ = regenerated
    ids = [cell.id for cell in read_notebook(path).cells]
    assert ids[:2] == ["cell-0", "cell-1"]
    assert len(set(ids)) == len(ids) == 8


def test_failing_notebook_stays_as_it_was(tmp_path):
    path = save(build_notebook("1 / 0"), tmp_path / "01_first.ipynb")
    before = path.read_bytes()
    with pytest.raises(CellExecutionError, match="ZeroDivisionError"):
        regenerate(path)
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["01_first.ipynb"]


def test_kernel_does_not_know_which_notebook_jupyterlab_has_open(tmp_path, monkeypatch):
    monkeypatch.setenv("JPY_SESSION_NAME", "other.ipynb")
    ask = "import os\nprint('JPY_SESSION_NAME' in os.environ)"
    path = save(build_notebook(ask), tmp_path / "01_first.ipynb")
    regenerate(path)
    assert code_cells(read_notebook(path))[1].outputs[0].text == "False\n"


def test_kernel_computes_experiments_anew(tmp_path, monkeypatch):
    monkeypatch.delenv(SWITCH_VARIABLE, raising=False)
    ask = f"import os\nprint(os.environ[{SWITCH_VARIABLE!r}])"
    path = save(build_notebook(ask), tmp_path / "01_first.ipynb")
    regenerate(path)
    assert code_cells(read_notebook(path))[1].outputs[0].text == "off\n"
    assert SWITCH_VARIABLE not in os.environ


def test_digest_follows_the_code_only():
    notebook = as_committed("a = 1", "b = 2")
    digest = code_digest(notebook)
    notebook.cells[0].source = "# Other title"
    notebook.cells.insert(2, new_markdown_cell("more"))
    assert code_digest(notebook) == digest
    notebook.cells.append(new_code_cell(""))
    assert code_digest(notebook) != digest
    assert code_digest(build_notebook("ab")) != code_digest(build_notebook("a", "b"))
    assert code_digest(build_notebook("a", "b")) != code_digest(build_notebook("b", "a"))


def test_descriptions_of_several_figures():
    notebook = build_notebook("x = 1")
    cell = code_cells(notebook)[1]
    cell.outputs = [figure("First figure."), figure(""), figure("Third one.")]
    assert descriptions(cell) == ["First figure.", "", "Third one."]
    clean(notebook)
    assert cell.metadata["mystnb"] == {"image": {"alt": "First figure.  Third one."}}
