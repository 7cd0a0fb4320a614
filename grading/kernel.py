"""Running a submission's cells: in the box, with bounded time and bounded output."""

import base64
import binascii

from nbclient.exceptions import DeadKernelError
from nbgrader.preprocessors import Execute, NbGraderPreprocessor

from grading.sources import grading_data

CELL_SECONDS = 30
MOST_OUTPUT = 5_000_000  # characters, of the whole notebook
SHOWN = ("text/plain", "image/png")  # a page made of these runs no script


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
            return super().preprocess_cell(cell, resources, index)

        def process_message(self, msg, cell, cell_index):
            self.num_characters += _size(msg["content"])
            if self.num_characters <= MOST_OUTPUT:
                return super().process_message(msg, cell, cell_index)
            record["stopped"] = f"printed more than {MOST_OUTPUT / 1e6:g} MB"
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
    """Drop outputs in which a page could hide a script: all but text and images."""

    def preprocess_cell(self, cell, resources, index):
        for output in cell.get("outputs", []):
            if "data" in output:
                output["data"] = {
                    kind: value
                    for kind, value in output["data"].items()
                    if kind == "text/plain" or (kind == "image/png" and _is_base64(value))
                }
            output.pop("metadata", None)
            if output["output_type"] in ("display_data", "execute_result"):
                output["metadata"] = {}
        return cell, resources


def _is_base64(value):
    try:
        base64.b64decode("".join(value.split()), validate=True)
    except (AttributeError, ValueError, binascii.Error):
        return False
    return True
