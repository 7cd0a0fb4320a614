"""One command at a time: a release and a grading that met would lose each other's scores."""

from contextlib import contextmanager

try:
    import fcntl
except ImportError:  # Windows, where only releasing is possible without a word
    fcntl = None

LOCK = ".lock"


class BusyError(RuntimeError):
    """Another command works on the same files."""


@contextmanager
def one_at_a_time(folders):
    """Hold the folder of the build while the block runs; the system lets go of it if we are killed.

    Raises
    ------
    BusyError
        If another release or grading holds it.
    """
    folders.build.mkdir(parents=True, exist_ok=True)
    with (folders.build / LOCK).open("w") as file:
        try:
            if fcntl is not None:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise BusyError(
                f"{folders.build} must be used by one command at a time; another release or "
                "grading is running. Wait until it has ended, then give the command again."
            ) from error
        yield
