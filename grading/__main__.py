"""What `python -m grading` runs."""

from grading.cli import main

main(prog_name="python -m grading")
