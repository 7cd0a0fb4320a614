"""Measure speed, memory and the coverage of intervals: `python -m benchmarks`, or `make bench`.

Seconds depend on the machine and on what else runs there, so what is compared is measured in one
run, in turns, and reported as ratios. Everything measured runs in a process of its own: settings
such as `TF_ENABLE_ONEDNN_OPTS` are read once, when TensorFlow is imported.
"""
