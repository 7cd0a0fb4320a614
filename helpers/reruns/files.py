"""Writing a file as a whole or not at all."""

import os
from pathlib import Path


def write_text(path, text):
    """Write a text file as a whole or not at all, creating its folder.

    A reader sees the old file or the new one, never a half: the text first goes to a file beside.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.write_text(text, encoding="utf-8", newline="\n")
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
