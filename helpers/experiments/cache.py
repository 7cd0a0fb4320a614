"""Finished runs on the disk, so that a cell that is run again answers at once."""

import contextlib
import json
import os
import warnings
from pathlib import Path

import joblib

from helpers.checks import check_choice
from helpers.experiments.fingerprint import digest_package, fingerprint

SWITCH_VARIABLE = "COURSE_CACHE"  # "off" where results must be computed; helpers.reruns sets it
FOLDER_VARIABLE = "COURSE_CACHE_DIR"
# a kernel keeps the code that it has imported, whatever is written to the disk afterwards
PACKAGE_AT_IMPORT = digest_package()


def cache_folder():
    """Return the folder of the cache: `COURSE_CACHE_DIR`, else below the platform's cache folder.

    It is not created here, and may be deleted at any time.
    """
    if chosen := os.environ.get(FOLDER_VARIABLE):
        return Path(chosen).expanduser().absolute()
    import pooch

    return Path(pooch.os_cache("medical-image-course")) / "experiments"


def open_cache(function, use):
    """Return the cache of a function's runs; one that keeps nothing where it is not to be used.

    The function is looked at even where the environment turns the cache off, so that a function
    that the cache must refuse is refused everywhere.
    """
    if not isinstance(use, bool):
        raise TypeError(f"`cache` must be True or False; got {use!r}.")
    code = fingerprint(function) if use else None
    switch = check_choice(SWITCH_VARIABLE, os.environ.get(SWITCH_VARIABLE) or "on", ("on", "off"))
    if not use or switch == "off":
        return RunCache(None, code)
    if digest_package() != PACKAGE_AT_IMPORT:
        warnings.warn(
            "The files of `helpers` have changed since this kernel imported them, so no run is "
            "read or kept. Restart the kernel.",
            stacklevel=3,
        )
        return RunCache(None, code)
    return RunCache(cache_folder(), code)


class RunCache:
    """Results of runs, a JSON file each.

    Parameters
    ----------
    folder : pathlib.Path or None
        None: nothing is read or kept.
    code : str
        The fingerprint of the function.
    """

    def __init__(self, folder, code):
        self.folder, self.code = folder, code

    def read(self, settings, seed):
        """Return the result of a run, a dict; None if there is none, or its file is broken."""
        if self.folder is None:
            return None
        try:
            text = self._file_of(settings, seed).read_text(encoding="utf-8")
            return json.loads(text)["result"]
        except (OSError, ValueError, TypeError, KeyError):
            return None

    def write(self, settings, seed, result):
        """Keep the result of a run as a whole or not at all; if that fails, warn and keep no more.

        The file is first written under another name, so an interrupt leaves no half.
        """
        if self.folder is None:
            return
        file = self._file_of(settings, seed)
        part = file.with_name(f".{file.name}.{os.getpid()}.part")
        entry = {"settings": settings, "seed": seed, "result": result}
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            part.write_text(json.dumps(entry), encoding="utf-8")
            part.replace(file)
        except OSError as error:
            warnings.warn(
                f"Runs are not kept: {type(error).__name__}: {error}. Name another folder with "
                f"the environment variable {FOLDER_VARIABLE}.",
                stacklevel=3,
            )
            self.folder = None
        finally:
            with contextlib.suppress(OSError):
                part.unlink(missing_ok=True)

    def _file_of(self, settings, seed):
        return self.folder / f"{joblib.hash([self.code, settings, seed])}.json"
