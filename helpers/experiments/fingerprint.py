"""What the result of a run depends on besides its settings: code, and the versions below it."""

import dis
import functools
import os
import platform
import types
from importlib import metadata
from pathlib import Path

import joblib
from joblib.hashing import NumpyHasher

PACKAGE = Path(__file__).resolve().parents[1]
# what computes; the others draw, store or read
LIBRARIES = (
    *("keras", "tensorflow", "jax", "torch", "numpy", "scipy", "pandas"),
    *("scikit-learn", "scikit-image", "statsmodels"),
)
# with another backend, or with oneDNN off, a training run rounds differently
VARIABLES = ("KERAS_BACKEND", "TF_ENABLE_ONEDNN_OPTS")
READS_GLOBAL = ("LOAD_GLOBAL", "LOAD_NAME", "LOAD_FROM_DICT_OR_GLOBALS")


def fingerprint(function):
    """Return a text that changes with whatever the result of a function may depend on.

    Parameters
    ----------
    function : function
        Written in Python.

    Returns
    -------
    str
        Hexadecimal. It covers the function's compiled code, its defaults, the values that it takes
        from around it (functions of the same module or notebook by their code, data by their
        content), the source of this package, the versions of Python and the libraries that compute,
        and the backend.

    Raises
    ------
    ValueError
        If something that the function uses cannot be compared: an object that pickle refuses, or
        a class of the same notebook.
    """
    try:
        code = _CodeHasher(function.__module__).hash(function)
    except Exception as error:  # pickle calls whatever an object has to say about itself
        raise ValueError(
            f"The cache cannot tell when {function.__name__}() changes: it uses what has no "
            f"fingerprint ({type(error).__name__}: {error}). Make that object inside the function, "
            "or pass `cache=False`."
        ) from error
    variables = [os.environ.get(name) for name in VARIABLES]
    versions = [platform.python_version(), *map(_version_of, LIBRARIES)]
    return joblib.hash([code, digest_package(), versions, variables])


def digest_package():
    """Hash the sources of this package as they lie on the disk now."""
    files = {path.relative_to(PACKAGE).as_posix(): path for path in PACKAGE.rglob("*.py")}
    return joblib.hash({name: path.read_bytes() for name, path in files.items()})


@functools.cache
def _version_of(library):
    try:
        return metadata.version(library)
    except metadata.PackageNotFoundError:
        return None


class _CodeHasher(NumpyHasher):
    """Hash functions by what they do, where joblib's hasher knows them by their name only."""

    def __init__(self, module):
        super().__init__()
        self.module = module
        self.met = {}  # functions that call each other, or themselves

    def save(self, obj):
        if isinstance(obj, types.FunctionType) and self._is_own(obj):
            obj = self._parts_of(obj)
        elif isinstance(obj, types.CodeType):
            names = (obj.co_names, obj.co_varnames, obj.co_freevars, obj.co_cellvars)
            counts = (obj.co_argcount, obj.co_posonlyargcount, obj.co_kwonlyargcount, obj.co_flags)
            obj = (obj.co_code, obj.co_exceptiontable, obj.co_consts, names, counts)
        elif isinstance(obj, types.ModuleType):
            obj = ("module", obj.__name__)
        elif isinstance(obj, frozenset):  # as a set it has an order that is always the same
            obj = ("frozenset", set(obj))
        elif isinstance(obj, type) and obj.__module__ == self.module:
            raise TypeError(f"class {obj.__name__!r}, which may change; move it to a module")
        super().save(obj)

    def _is_own(self, function):
        """Say whether a function may change while its name stays: one of the notebook, or local."""
        return function.__module__ == self.module or "<" in function.__qualname__

    def _parts_of(self, function):
        if id(function) in self.met:
            return ("function", self.met[id(function)])
        self.met[id(function)] = len(self.met)
        cells = [cell.cell_contents for cell in function.__closure__ or ()]
        around = function.__globals__
        names = sorted(_globals_in(function.__code__) & around.keys())
        used = [(name, around[name]) for name in names]
        return (function.__code__, function.__defaults__, function.__kwdefaults__, cells, used)


def _globals_in(code):
    """Collect the global names that code reads, also in the functions within it."""
    names = {step.argval for step in dis.get_instructions(code) if step.opname in READS_GLOBAL}
    inner = (const for const in code.co_consts if isinstance(const, types.CodeType))
    return names.union(*map(_globals_in, inner))
