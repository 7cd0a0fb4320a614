"""The reader's own copy of the notebooks, where JupyterLab may save what it likes.

Copies lie in `work/`, which git ignores. What the reader changed is theirs and is never replaced; a
copy that is still as it was made follows the course when the course changes.
"""

import hashlib
import json
import shutil
from pathlib import Path

from helpers.reruns.course import notebook_paths
from helpers.reruns.files import write_text

# the digest of each copy as it was made, by file name
DIGESTS = ".as-copied.json"


def prepare_working_copy(root):
    """Copy the notebooks that the reader does not have, and refresh those they did not change.

    Parameters
    ----------
    root : path-like
        The folder of the course.

    Returns
    -------
    dict of str to str
        For each notebook's file name "copied", "refreshed", "up to date" or "yours, kept".
    """
    folder = Path(root) / "work"
    folder.mkdir(exist_ok=True)
    digests = _read_digests(folder / DIGESTS)
    happened = {}
    for source in notebook_paths(root=root):
        copy = folder / source.name
        happened[source.name] = _what_to_do(source, copy, digests.get(source.name))
        if happened[source.name] in ("copied", "refreshed"):
            shutil.copyfile(source, copy)
            digests[source.name] = _digest(copy)
            write_text(folder / DIGESTS, json.dumps(digests, indent=2, sort_keys=True) + "\n")
    return happened


def _what_to_do(source, copy, as_copied):
    if not copy.exists():
        return "copied"
    if _digest(copy) == _digest(source):
        return "up to date"
    return "refreshed" if _digest(copy) == as_copied else "yours, kept"


def _digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _read_digests(path):
    """Read what was copied; without a readable file every copy counts as the reader's own."""
    try:
        digests = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return digests if isinstance(digests, dict) else {}
