"""What every test shares: the fixtures of `tests.support`, the two options that leave tests out, and honest skips."""

import gc
import os
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import settings
from xdist.scheduler import LoadScopeScheduling

pytest.register_assert_rewrite("tests.support")

pytest_plugins = [
    "tests.support.demo_shop",
    "tests.support.fakes",
    "tests.support.postgresql",
    "tests.support.shelf_hub",
    "tests.support.tabs",
]

# Two shared cores make single examples slow now and then; in CI the same examples are drawn in every run.
settings.register_profile("here", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")

_NEEDS = {
    "browser": ("--without-browser", "Chromium", {"chromium"}),
    "postgresql": ("--without-postgresql", "PostgreSQL", {"postgresql_server"}),
}

_IN_A_BROWSER = (
    "tests/browser/",
    "tests/benchmarks/test_benchmarks_run.py::test_keys_and_scans",
    "tests/journeys/test_the_main_job.py",
)


class BrowserTestsTogether(LoadScopeScheduling):  # type: ignore[misc]  # pytest-xdist has no types
    """One worker runs all browser tests, the others one by one: two browsers starve each other on two cores.

    By file, because pytest-xdist's own groups are not heard by pytest 9.2 (it no longer reads `Node._nodeid`).
    """

    def _split_scope(self, nodeid: str) -> str:
        return "browser" if nodeid.startswith(_IN_A_BROWSER) else nodeid


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    return BrowserTestsTogether(config, log)


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("clienteling")
    for option, program, _ in _NEEDS.values():
        group.addoption(option, action="store_true", help=f"leave out the tests that need {program}")
    group.addoption("--skips-fail", action="store_true", help="a skipped test fails the run")


def pytest_report_header(config: pytest.Config) -> list[str]:
    return [
        f"left out as asked by {option}: the tests that need {program}"
        for option, program, _ in _NEEDS.values()
        if config.getoption(option)
    ]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Marks tests by the fixtures they use, and leaves out what was asked."""
    left_out: list[pytest.Item] = []
    items.sort(key=lambda item: not item.nodeid.startswith(_IN_A_BROWSER))  # the longest piece of work begins first
    for item in items:
        for marker, (_, _, fixtures) in _NEEDS.items():
            if fixtures & set(getattr(item, "fixturenames", ())):
                item.add_marker(marker)
        if any(item.get_closest_marker(marker) and config.getoption(_NEEDS[marker][0]) for marker in _NEEDS):
            left_out.append(item)
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if item not in left_out]


def pytest_collection_finish(session: pytest.Session) -> None:
    """Takes what the imports made out of the garbage collector's rounds: it stays to the end, and to go through all of
    it again and again costs a tenth of the run."""
    gc.collect()
    gc.freeze()


def pytest_unconfigure() -> None:
    gc.unfreeze()  # or libraries complain, at the very end, of what they believe is left behind


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fails a run with skipped tests where that was asked: what is skipped in CI is tested nowhere."""
    if session.config.getoption("--skips-fail") and _reports(session.config, "skipped") and not session.exitstatus:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if config.getoption("--skips-fail") and _reports(config, "skipped"):
        terminalreporter.section("skipped tests fail this run (--skips-fail)", red=True)
    for report in _reports(config, "rerun"):
        terminalreporter.section(f"run again: {report.nodeid}", yellow=True)
        terminalreporter.write_line(report.longreprtext)


def _reports(config: pytest.Config, outcome: str) -> Sequence[pytest.TestReport]:
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    return reporter.stats.get(outcome, ()) if isinstance(reporter, pytest.TerminalReporter) else ()
