"""Which worker runs which test, and what happens to the others' work when a worker dies."""

from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling
from xdist.workermanage import WorkerController

IN_A_BROWSER = (
    "tests/browser/",
    "tests/benchmarks/test_benchmarks_run.py::test_keys_and_scans",
    "tests/journeys/test_the_main_job.py",
)


class BrowserTestsTogether(LoadScopeScheduling):  # type: ignore[misc]  # pytest-xdist has no types
    """One worker runs all browser tests, the others one by one: two browsers starve each other on two cores.

    By file, because pytest-xdist's own groups are not heard by pytest 9.2 (it no longer reads `Node._nodeid`).
    """

    def _split_scope(self, nodeid: str) -> str:
        return "browser" if nodeid.startswith(IN_A_BROWSER) else nodeid

    def remove_node(self, node: WorkerController) -> str | None:
        """The test during which the worker died, None where none was under way; what it had not begun, others run.

        pytest-xdist 3.8 also hands on all it had finished: each piece of nothing answers with nothing, so no worker
        asks for the next, and the run never ends. And the test itself would kill one worker after the other.
        """
        workload = self.assigned_work.pop(node)
        died_in = next((test for unit in workload.values() for test, done in unit.items() if not done), None)
        for scope, unit in workload.items():
            left = {test: False for test, done in unit.items() if not done and test != died_in}
            if left:
                self.workqueue[scope] = left
        if died_in is not None:
            for other in self.nodes:
                self._reschedule(other)
        return died_in


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> BrowserTestsTogether:
    return BrowserTestsTogether(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: not item.nodeid.startswith(IN_A_BROWSER))  # the longest piece of work begins first
