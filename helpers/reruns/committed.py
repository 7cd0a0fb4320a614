"""The only way in which the committed notebooks are produced: executed, cleaned, written at once.

What depends on the time or on the tool that ran the notebook is left out, so that the same code on
the same machine gives the same bytes. `helpers.reruns.stored` checks such a notebook.
"""

import hashlib
import itertools
import json
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode
from tqdm import tqdm

from helpers.reruns.files import write_text
from helpers.reruns.kernel import KERNEL, QUIET, without_cache, without_session_name

KERNELSPEC = {"display_name": "Python 3", "language": "python", "name": KERNEL}
LANGUAGE = {"name": "python"}
KEPT_OF_NOTEBOOK = {"title", "kernelspec", "language_info", "course"}
KEPT_OF_CELL = {"tags", "mystnb"}
FIGURES = ("image/png", "image/jpeg", "image/svg+xml")


def regenerate(path):
    """Execute a committed notebook and replace it by its clean result.

    Parameters
    ----------
    path : path-like

    Raises
    ------
    nbclient.exceptions.CellExecutionError
        If a cell fails; the file then stays as it was.
    """
    path = Path(path).resolve()
    notebook = read_notebook(path)
    for cell in code_cells(notebook):
        cell.outputs, cell.execution_count = [], None
    _add_ids(notebook)
    with tqdm(total=len(notebook.cells), desc=path.stem, unit="cell") as bar:
        client = NotebookClient(
            notebook,
            kernel_name=KERNEL,
            timeout=None,
            record_timing=False,
            coalesce_streams=True,
            extra_arguments=QUIET,
            resources={"metadata": {"path": str(path.parent)}},
            on_cell_executed=lambda cell_index, **_: bar.update(cell_index + 1 - bar.n),
        )
        with without_session_name(), without_cache():
            client.execute()
    clean(notebook)
    write_text(path, nbformat.writes(notebook) + "\n")


def read_notebook(path):
    """Read a notebook exactly as it is stored: `nbformat.read` would invent missing ids."""
    return nbformat.v4.reads(Path(path).read_text(encoding="utf-8"))


def code_cells(notebook):
    """List the code cells of a notebook."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def is_figure(output):
    """Say whether an output is a figure."""
    return any(kind in output.get("data", {}) for kind in FIGURES)


def descriptions(cell):
    """List the descriptions of a cell's figures, empty where one has none."""
    return [
        next((output.metadata[kind]["alt"] for kind in FIGURES if _has_alt(output, kind)), "")
        for output in cell.get("outputs", [])
        if is_figure(output)
    ]


def _has_alt(output, kind):
    return kind in output.data and "alt" in output.metadata.get(kind, {})


def code_digest(notebook):
    """Return the SHA-256 of the notebook's own code, which tells whether its outputs are stale."""
    sources = [cell.source for cell in code_cells(notebook)]
    return hashlib.sha256(json.dumps(sources).encode()).hexdigest()


def _add_ids(notebook):
    """Give the cells without an id one that is the same each time."""
    notebook.nbformat_minor = max(notebook.nbformat_minor, 5)
    used = {cell.get("id") for cell in notebook.cells}
    for number, cell in enumerate(notebook.cells):
        if not cell.get("id"):
            free = (f"cell-{n:02d}" for n in itertools.count(number))
            cell.id = next(name for name in free if name not in used)
            used.add(cell.id)


def clean(notebook):
    """Reduce an executed notebook to what is the same each time, and sign its code."""
    metadata = {key: notebook.metadata[key] for key in notebook.metadata.keys() & KEPT_OF_NOTEBOOK}
    course = {"code_digest": code_digest(notebook)}
    metadata |= {"kernelspec": KERNELSPEC, "language_info": LANGUAGE, "course": course}
    notebook.metadata = nbformat.from_dict(metadata)
    for cell in notebook.cells:
        kept = {key: cell.metadata[key] for key in cell.metadata.keys() & KEPT_OF_CELL}
        cell.metadata = NotebookNode(kept)
        _copy_descriptions(cell)


def _copy_descriptions(cell):
    """Repeat the descriptions of a cell's figures where MyST-NB looks for them."""
    cell.metadata.pop("mystnb", None)
    if alt := " ".join(descriptions(cell)).strip():
        cell.metadata["mystnb"] = nbformat.from_dict({"image": {"alt": alt}})
