"""A pytest plugin for `python -m helpers check --only real`: a test that is skipped has failed.

Without the real data every test of that step would skip itself, and pytest would report success.
"""

import pytest


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item):
    """Turn a skip into a failure that gives the reason of the skip."""
    report = yield
    if report.skipped and not hasattr(report, "wasxfail"):
        _, _, reason = report.longrepr
        report.outcome = "failed"
        report.longrepr = (
            f"{item.name} must run here, and it was not run. {reason}\n"
            "COURSE_DATA_DIR must name the folder that holds the real data."
        )
    return report
