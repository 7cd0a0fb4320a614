"""A pytest plugin for steps of `python -m helpers check`: a test that is skipped has failed.

Without the real data every test of the step `real` would skip itself, and pytest would report
success; so would the step `grading` without nbgrader.
"""

import pytest


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item):
    """Turn a skip into a failure that gives the reason of the skip."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail"):
        _, _, reason = report.longrepr
        report.outcome = "failed"
        report.longrepr = f"{item.name} must run here, and it was not run. {reason}"
        if item.get_closest_marker("real"):
            report.longrepr += "\nCOURSE_DATA_DIR must name the folder that holds the real data."
    return report
