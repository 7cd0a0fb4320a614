"""Small notebooks for the tests: built in code, without Keras, each quick to run."""

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from helpers.reruns.committed import KERNELSPEC, LANGUAGE, clean, code_cells

PARAMETERS = """\
epochs: int = 3  # passes over the images, in [1, 10]
rate: float = 0.5  # of learning, in (0, 1]
mode: str = "fast"  # how to run, one of fast | slow
verbose: bool = False  # whether to say more
data_dir: str = ""  # where downloaded data lie
results_path: str = ""  # where the results go, empty writes nothing"""
PIXEL = (  # a PNG of one white pixel
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk"
    "+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
ALT = "One white pixel on a white ground."


def parameters_cell(source=PARAMETERS):
    return new_code_cell(source, metadata={"tags": ["parameters"]})


def build_notebook(*sources):
    """Build a notebook: title, parameters cell, then a line of text and a cell for each source."""
    cells = [new_markdown_cell("# Title"), parameters_cell()]
    for number, source in enumerate(sources):
        cells += [new_markdown_cell(f"Step {number}."), new_code_cell(source)]
    for number, cell in enumerate(cells):
        cell.id = f"cell-{number}"
    metadata = {"kernelspec": KERNELSPEC, "language_info": LANGUAGE}
    return new_notebook(cells=cells, metadata=metadata)


def figure(alt=ALT):
    """Build the output of a figure as `helpers.start.show` stores it."""
    data = {"image/png": PIXEL, "text/plain": "<Figure>"}
    return new_output("display_data", data, metadata={"image/png": {"alt": alt} if alt else {}})


def text(words="42\n", name="stdout"):
    return new_output("stream", text=words, name=name)


def as_committed(*sources):
    """Build a notebook that is in order, as if it had been executed; every cell printed 42."""
    notebook = build_notebook(*(sources or ["print(6 * 7)"]))
    for number, cell in enumerate(code_cells(notebook), start=1):
        cell.execution_count = number
        cell.outputs = [text()] if number > 1 else []
    clean(notebook)
    return notebook


def save(notebook, path):
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)
    return path


def start_cell(root):
    """Return the source of a cell that starts a run in the course that lies under `root`."""
    return (
        "import pathlib\n"
        "import helpers.reruns.course as course\n"
        f"course.course_root = lambda: pathlib.Path({str(root)!r})\n"
        "from helpers.reruns import predictions_table, start_run\n"
        'run = start_run("01_first", globals())'
    )
