"""The inside of a measuring process: `python -m benchmarks.worker FUNCTION SETTINGS [MORE]`.

It calls one function with settings given as JSON and prints as JSON what the function returns.
"""

import importlib
import json
import sys

MODULES = {
    "train_article": "benchmarks.keras_article",
    "time_article": "benchmarks.keras_article",
    "train_walkthrough": "benchmarks.keras_walkthrough",
    "train_within": "benchmarks.keras_walkthrough",
    "time_walkthrough": "benchmarks.keras_walkthrough",
    "time_torch": "benchmarks.torch_loop",
    "time_simulation": "benchmarks.simulation",
    "time_evaluation": "benchmarks.evaluation",
    "time_release": "benchmarks.grading",
    "time_alone": "benchmarks.grading",
    "time_together": "benchmarks.grading",
    "measure_coverage": "benchmarks.coverage_studies",
    "time_scratch_convolution": "benchmarks.scratch_convolution",
    "time_tensorflow_convolution": "benchmarks.tensorflow_convolution",
}


def main(function, *settings):
    """Call a function by its name and print its result.

    Parameters
    ----------
    function : str
        A name in `MODULES`.
    *settings : str
        JSON objects with keyword arguments; a later one adds to those before it.
    """
    values = {}
    for text in settings:
        values |= json.loads(text)
    module = importlib.import_module(MODULES[function])
    print(json.dumps(getattr(module, function)(**values)))


if __name__ == "__main__":
    main(*sys.argv[1:])
