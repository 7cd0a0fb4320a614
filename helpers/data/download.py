"""Bring official files into one data folder: checked, whole or not at all, offline ever after."""

import contextlib
import dataclasses
import errno
import functools
import hashlib
import os
import secrets
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

from helpers.data.dataset import DataError

FOLDER_VARIABLE = "COURSE_DATA_DIR"
ATTEMPTS = 3  # for each address
PAUSE = 1  # seconds before the second round, twice as many before the third
TIMEOUT = (5, 60)  # seconds to connect, seconds of silence while data flow
FULL = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)}  # no space, or no quota, left


@dataclasses.dataclass(frozen=True)
class RemoteFile:
    """Say where an official file comes from, where it lies and what it must be.

    Parameters
    ----------
    path : str
        Place below the data folder, such as "medmnist/breastmnist.npz".
    urls : tuple of str
        Addresses of the same file, the preferred one first.
    md5 : str
        Official checksum, 32 hexadecimal digits.
    """

    path: str
    urls: tuple[str, ...]
    md5: str


def data_folder(data_dir=""):
    """Return the folder where downloaded data lie, without creating it.

    Parameters
    ----------
    data_dir : str or path, optional
        The folder itself. Empty: the environment variable ``COURSE_DATA_DIR``, else the
        platform's cache folder. MNIST lies in its ``mnist``, MedMNIST in its ``medmnist``.

    Returns
    -------
    pathlib.Path
        Absolute path. A shared folder that can only be read serves as well, once it is filled.

    Raises
    ------
    TypeError
        If `data_dir` is not a path.
    ValueError
        If the path is a file.

    Examples
    --------
    >>> data_folder("course-data").name
    'course-data'

    Introduced in notebook 04, *The data*.
    """
    if not isinstance(data_dir, str | os.PathLike):
        raise TypeError(
            f"`data_dir` must be the path of a folder; got {data_dir!r} "
            f"({type(data_dir).__name__}). Leave it empty for the usual folder."
        )
    chosen, label = os.fspath(data_dir), "`data_dir`"
    if not chosen:
        chosen, label = os.environ.get(FOLDER_VARIABLE, ""), f"`{FOLDER_VARIABLE}`"
    if not chosen:
        import pooch

        chosen = pooch.os_cache("medical-image-course")
    folder = Path(chosen).expanduser().absolute()
    if folder.exists() and not folder.is_dir():
        raise ValueError(f"{label} must be a folder; got the file {folder}. Name its folder.")
    return folder


def obtain(files, data_dir="", *, progress=True):
    """Return the paths of official files, downloading those missing and verifying the others.

    Parameters
    ----------
    files : sequence of RemoteFile
        What to bring.
    data_dir : str or path, optional
        As in `data_folder`.
    progress : bool, optional
        Show each attempt and a progress bar on standard error while downloading.

    Returns
    -------
    list of pathlib.Path

    Raises
    ------
    DataError
        If a file is altered, or cannot be downloaded or written; says how to do it by hand.
    """
    folder = data_folder(data_dir)
    for file in files:
        path = folder / file.path
        if path.exists():
            verify(path, file)
            continue
        try:
            _download(file, path, progress)
        except DataError as error:
            raise DataError(f"{error} {by_hand(files, folder)}") from error
    return [folder / file.path for file in files]


def verify(path, file):
    """Refuse a file whose checksum is not the official one, and set it aside."""
    try:
        found = md5_of(path)
    except OSError as error:
        raise DataError(
            f"{path} must be readable; got {error}. Ask the owner of the folder for the right "
            f"to read, or choose another folder with `data_dir` or {FOLDER_VARIABLE}."
        ) from error
    if found == file.md5:
        return
    raise DataError(
        f"{path} must have the official checksum md5:{file.md5}; found md5:{found}. The file is "
        f"truncated or altered. {_set_aside(path, path, found)}"
    )


def md5_of(path):
    """Return the MD5 digest of a file, computed once a process while the file stays the same."""
    status = os.stat(path)
    return _md5_of(os.path.abspath(path), status.st_mtime_ns, status.st_size)


@functools.cache
def _md5_of(path, mtime_ns, size):  # the last two are the key that a changed file changes
    return _digest(path)


def _digest(path):
    with open(path, "rb") as stream:
        # The official checksums are MD5. They guard against accidents, not against forgery.
        return hashlib.file_digest(stream, _new_md5).hexdigest()


def _new_md5():
    return hashlib.md5(usedforsecurity=False)


def _set_aside(bad, path, found):
    """Rename the file `bad` beside `path` and return the sentence that says so."""
    aside = path.with_name(f"{path.name}.bad-{found[:8]}")
    try:
        os.replace(bad, aside)
    except OSError as error:
        return (
            f"It could not be renamed ({error}), so it was left as it is: ask the owner of the "
            f"folder to delete it, or choose another folder with `data_dir` or {FOLDER_VARIABLE}."
        )
    return f"It was renamed to {aside.name}. Run the same again to download it anew."


def _download(file, path, progress):
    token = secrets.token_hex(4)  # so that two processes never write to one piece
    partial = path.with_name(f".{path.name}.{token}.part")
    altered = path.with_name(f".{path.name}.{token}.altered")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        error = _transfer(file, partial, altered, progress)
        if error is not None:
            _refuse(file, path, altered if altered.exists() else partial, error)
        os.replace(partial, path)
    except OSError as error:
        raise DataError(_words_for_disk(error, path)) from error
    finally:
        # Whatever ended the download, Ctrl-C included: no piece of a file stays behind.
        for piece in (partial, altered):
            with contextlib.suppress(OSError):
                piece.unlink(missing_ok=True)


def _transfer(file, partial, altered, progress):
    """Fill `partial` from the first address that sends the official file.

    Returns None, or the last error if none did; what came whole but wrong is then `altered`.
    """
    import requests

    for attempt in range(ATTEMPTS):
        time.sleep(attempt * PAUSE)
        for url in file.urls:
            if progress:
                _tell(file, url, attempt)
            try:
                _request(url, partial, progress)
            except requests.exceptions.RequestException as failure:
                error = failure
                continue
            if _digest(partial) == file.md5:
                return None
            os.replace(partial, altered)
            error = DataError(f"{url} sent another file")
        if altered.exists():  # whole and wrong: to ask once more would bring the same
            break
    return error


def _tell(file, url, attempt):
    """Say whom we ask for what: behind a firewall nothing else is heard until the end."""
    name, host = Path(file.path).name, urlsplit(url).netloc
    print(f"{name} from {host}, attempt {attempt + 1} of {ATTEMPTS}", file=sys.stderr, flush=True)


def _request(url, partial, progress):
    """Write what the address sends to `partial`, with a progress bar."""
    import pooch

    responses = []
    downloader = pooch.HTTPDownloader(
        progressbar=progress,
        timeout=TIMEOUT,
        # Some servers unpack .gz files on the way unless asked not to.
        headers={"Accept-Encoding": "identity"},
        hooks={"response": lambda response, **_: responses.append(response)},
    )
    try:
        downloader(url, str(partial), None)
    finally:
        for response in responses:  # pooch leaves the connection open when an answer is an error
            response.close()


def _refuse(file, path, piece, error):
    """Raise the error of a download that failed, keeping what came for a look at it."""
    if not piece.exists() or piece.stat().st_size == 0:
        raise DataError(
            f"{path.name} is not in the data folder and could not be downloaded: {error}."
        ) from error
    size, found = piece.stat().st_size, _digest(piece)
    raise DataError(
        f"{path.name} must have the official checksum md5:{file.md5}; what was downloaded "
        f"({size} bytes) has md5:{found}, so it is truncated or altered ({error}). "
        f"{_set_aside(piece, path, found)}"
    ) from error


def by_hand(files, folder):
    """Say how to put the files that are missing in place without this program."""
    steps = "; ".join(
        f"{' or '.join(file.urls)} (MD5 {file.md5}), saved as {folder / file.path}"
        for file in files
        if not (folder / file.path).exists()
    )
    return (
        f"By hand: on a machine with a network, download and check the MD5 checksum of {steps}. "
        f"Or name a folder that already has {files[0].path} with `data_dir` or the environment "
        f"variable {FOLDER_VARIABLE}."
    )


def _words_for_disk(error, path):
    if error.errno in FULL:
        what = f"The disk is full: {path.name} could not be written to {path.parent}"
        advice = "Free some space"
    elif error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        what = f"The data folder must be writable to download {path.name}; {path.parent} is not"
        advice = "Ask its owner to run the download"
    else:
        what = f"{path.name} could not be written to {path.parent}"
        advice = "Check the folder"
    return (
        f"{what} ({error}). {advice}, or choose another folder with `data_dir` or the "
        f"environment variable {FOLDER_VARIABLE}."
    )
