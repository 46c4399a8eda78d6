"""What every test shares: the fixtures of `tests.support`, the two options that leave tests out, and honest skips."""

import gc
import os
from collections.abc import Sequence

import pytest
from hypothesis import settings

pytest.register_assert_rewrite("tests.support")

pytest_plugins = [
    "tests.support.demo_shop",
    "tests.support.fakes",
    "tests.support.log_canary",
    "tests.support.postgresql",
    "tests.support.scheduling",
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
