"""The first import of every notebook: quiet, and it leaves the reader's settings alone."""

import os
import subprocess
import sys

import pytest


def run_python(code, **environment):
    """Run code in a new interpreter and return what it printed."""
    return subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | environment,
    )


def test_starting_prints_nothing_and_gives_standard_error_back():
    code = "import sys, helpers.start, keras; keras.ops.ones(3) + 1\nprint('mine', file=sys.stderr)"
    answer = run_python(code)
    assert (answer.stdout, answer.stderr.strip()) == ("", "mine")


@pytest.mark.parametrize("value", ["0", "1"])
def test_start_leaves_the_readers_settings_alone(value):
    code = "import os, helpers.start; print(os.environ['TF_ENABLE_ONEDNN_OPTS'])"
    assert run_python(code, TF_ENABLE_ONEDNN_OPTS=value).stdout.strip() == value


def test_show_displays_once_with_its_description_and_closes(monkeypatch):
    import matplotlib.pyplot as plt

    from helpers import start

    calls = []
    monkeypatch.setattr(start, "display", lambda figure, metadata: calls.append(metadata))
    figure = plt.figure()
    start.show(figure, "A line that rises from left to right.")
    assert calls == [{"image/png": {"alt": "A line that rises from left to right."}}]
    assert not plt.fignum_exists(figure.number)
    with pytest.raises(ValueError, match=r"at least 20 characters; got 'A line\.'"):
        start.show(figure, "A line.")


@pytest.mark.parametrize("seed", [-1, 2**32])
def test_a_seed_out_of_range_is_refused(seed):
    from helpers.start import set_seed

    with pytest.raises(ValueError, match="`seed` must be an integer from 0 to 4294967295"):
        set_seed(seed)
