"""Where the course lies on this machine, and which notebooks it has."""

from pathlib import Path

from helpers.checks import quoted, suggest


def course_root():
    """Find the folder of the course: the one that holds `notebooks/` beside `helpers/`.

    Returns
    -------
    pathlib.Path

    Raises
    ------
    FileNotFoundError
        If the package was installed without the course around it.
    """
    root = Path(__file__).resolve().parents[2]
    if not (root / "notebooks").is_dir():
        raise FileNotFoundError(
            f"The notebooks must lie beside the package, in {root / 'notebooks'}; there is no such "
            "folder. Get the whole course and install it from there: `pip install --editable .`"
        )
    return root


def notebook_paths(names=(), *, root=None):
    """List the notebooks to work on, in the order of the course.

    Parameters
    ----------
    names : iterable of str, default=()
        Each a number ("04" or "4"), a stem ("04_keras_walkthrough"), a file name, or the path of
        a file that lies in the course's own folder. None of them: all notebooks.
    root : path-like, optional
        The folder of the course. Default: `course_root()`.

    Returns
    -------
    list of pathlib.Path
        Without repetitions.

    Raises
    ------
    ValueError
        If a name is no notebook of the course; the message lists those that are. A copy that lies
        elsewhere is refused too, since the course's own would run in its place.
    """
    folder = Path(root or course_root()) / "notebooks"
    available = sorted(folder.glob("[0-9]*.ipynb"))
    stems = [path.stem for path in available]
    for name in names:
        _refuse_copy(Path(name), folder)
    chosen = {_stem_of(name, stems) for name in names} or set(stems)
    return [path for path in available if path.stem in chosen]


def _refuse_copy(path, folder):
    """Refuse a path, or a file in the current folder, that is not in the course's own folder."""
    is_path = len(path.parts) > 1 or path.is_file()
    if is_path and path.parent.resolve() != folder.resolve():
        raise ValueError(
            f"A notebook given by its path must lie in {folder}; got {str(path)!r}. Open a copy of "
            "your own in JupyterLab: `python -m helpers lab`. To run the course's, give its number."
        )


def _stem_of(name, stems):
    wanted = Path(name).name.removesuffix(".ipynb")
    found = [stem for stem in stems if stem == wanted or stem.split("_")[0] == wanted.zfill(2)]
    if len(found) != 1:
        raise ValueError(
            f"A notebook must be one of {quoted(stems)}, or its number; "
            f"got {str(name)!r}.{suggest(wanted, stems)}"
        )
    return found[0]
