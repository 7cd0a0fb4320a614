"""How the course starts a kernel, whichever tool does it."""

import contextlib
import os

KERNEL = "python3"
# a kernel's log goes to the terminal; at this level it does not warn of what is no concern here
QUIET = ["--log-level=CRITICAL"]
# JupyterLab sets it to the notebook that is open there: it would name the wrong one
_SESSION_NAME = "JPY_SESSION_NAME"


@contextlib.contextmanager
def without_session_name():
    """Hide from the processes that the block starts in which notebook it was itself started."""
    saved = os.environ.pop(_SESSION_NAME, None)
    try:
        yield
    finally:
        if saved is not None:
            os.environ[_SESSION_NAME] = saved
