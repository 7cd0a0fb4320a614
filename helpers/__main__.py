"""Start the command line: `python -m helpers`."""

import sys


def main():
    """Run the command line; where the packages of the course are not installed, say what to do."""
    try:
        from helpers.cli import main

        main(prog_name="python -m helpers")
    except ModuleNotFoundError as error:
        if (error.name or "helpers").split(".")[0] == "helpers":
            raise
        sys.exit(
            f"The course's packages must be installed for the Python that runs it; {error.name!r} "
            f"is not installed for {sys.executable}. Run `python3 bootstrap.py` (Windows: `py "
            "bootstrap.py`) or `make run`, then use `.venv/bin/python -m helpers` (Windows: "
            r"`.venv\Scripts\python -m helpers`)."
        )


if __name__ == "__main__":
    main()
