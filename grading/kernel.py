"""Running a submission's cells: in the box, with bounded time and bounded output."""

import time

from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbgrader.preprocessors import Execute, NbGraderPreprocessor

from grading.sources import grading_data, kind_of
from grading.submissions import is_base64

CELL_SECONDS = 30
MOST_OUTPUT = 5_000_000  # characters, of the whole notebook
STUBBORN = f"ran longer than {CELL_SECONDS} s, could not be interrupted and was stopped"
TALKATIVE = f"printed more than {MOST_OUTPUT / 1e6:g} MB"


def build_execute(kernel_manager, record):
    """Make nbgrader's step that runs the cells, with a kernel manager class (None: Jupyter's own).

    `record` is a dictionary that learns which cell ran last (`cell`), and why the kernel was
    stopped from here (`stopped`).
    """

    class BoundedExecute(Execute):
        def __init__(self, *args, **options):
            if kernel_manager is not None:
                options["kernel_manager_class"] = kernel_manager
            super().__init__(*args, timeout=CELL_SECONDS, startup_timeout=60, **options)
            self.num_characters = 0

        def preprocess_cell(self, cell, resources, index):
            record["cell"] = grading_data(cell).get("grade_id", f"number {index + 1}")
            started = time.monotonic()
            try:
                return super().preprocess_cell(cell, resources, index)
            except CellTimeoutError:  # it ignored the interrupt, or what it said got lost
                slow = time.monotonic() - started >= CELL_SECONDS
                record["stopped"] = STUBBORN if slow else TALKATIVE
                raise

        def process_message(self, msg, cell, cell_index):
            if msg["msg_type"].startswith("comm_"):
                return None  # for widgets, which nobody sees here
            self.num_characters += _size(msg["content"])
            if self.num_characters <= MOST_OUTPUT:
                return super().process_message(msg, cell, cell_index)
            record["stopped"] = TALKATIVE
            self.km.provisioner.process.kill()
            raise DeadKernelError("Kernel died")

    return BoundedExecute


def _size(content):
    """Count the characters that a message of the kernel would add to the notebook."""
    if isinstance(content, dict):
        return sum(_size(value) for value in content.values())
    if isinstance(content, list):
        return sum(map(_size, content))
    return len(str(content))


class KeepPlainOutput(NbGraderPreprocessor):
    """Keep text and images, in which no page can hide a script; of a test keep its error only.

    nbgrader would take a warning in a test for a failure, and a value that it shows for its points.
    """

    def preprocess_cell(self, cell, resources, index):
        if kind_of(cell) == "test":
            cell.outputs = [each for each in cell.outputs if each["output_type"] == "error"]
        for output in cell.get("outputs", []):
            if "data" in output:
                output["data"] = {
                    kind: value
                    for kind, value in output["data"].items()
                    if kind == "text/plain" or (kind == "image/png" and is_base64(value))
                }
            output.pop("metadata", None)
            if output["output_type"] in ("display_data", "execute_result"):
                output["metadata"] = {}
        return cell, resources
