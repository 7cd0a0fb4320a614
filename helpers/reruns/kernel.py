"""How the course starts a kernel, whichever tool does it."""

import contextlib
import os

KERNEL = "python3"
# a kernel's log goes to the terminal; at this level it does not warn of what is no concern here
QUIET = ["--log-level=CRITICAL"]
# JupyterLab sets it to the notebook that is open there: it would name the wrong one
_SESSION_NAME = "JPY_SESSION_NAME"
# `helpers.experiments` reads and keeps runs unless this is "off"
_CACHE_SWITCH = "COURSE_CACHE"
_CACHE_FOLDER = "COURSE_CACHE_DIR"


def without_session_name():
    """Hide from the processes that the block starts in which notebook it was itself started."""
    return _environment(_SESSION_NAME, None)


def without_cache():
    """Let the processes that the block starts compute every run of an experiment anew."""
    return _environment(_CACHE_SWITCH, "off")


def with_cache_in(folder):
    """Let the processes that the block starts keep their experiments' runs in a folder."""
    return _environment(_CACHE_FOLDER, str(folder))


@contextlib.contextmanager
def _environment(name, value):
    """Set an environment variable while the block runs, or take it away (None)."""
    saved = os.environ.pop(name, None)
    if value is not None:
        os.environ[name] = value
    try:
        yield
    finally:
        os.environ.pop(name, None)
        if saved is not None:
            os.environ[name] = saved
