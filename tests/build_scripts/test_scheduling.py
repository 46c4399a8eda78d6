"""The work of a worker that dies: the run goes on to its end, and says in which test it died."""

from argparse import Namespace
from types import SimpleNamespace
from typing import Any

from tests.support.scheduling import IN_A_BROWSER, BrowserTestsTogether

BROWSER = [f"{IN_A_BROWSER[0]}test_a.py::test_{number}" for number in range(3)]
OTHERS = [f"tests/domain/test_b.py::test_{number}" for number in range(40)]


class Worker:
    """Runs what it is given, one test at a time."""

    def __init__(self) -> None:
        self.given: list[int] = []
        self.shutting_down = False
        self.gateway = SimpleNamespace(id="gw")

    def send_runtest_some(self, indices: list[int]) -> None:
        self.given += indices

    def shutdown(self) -> None:
        self.shutting_down = True


def scheduler_with(*workers: Worker) -> BrowserTestsTogether:
    options = Namespace(tx=["popen"] * len(workers), loadscopereorder=False)
    config: Any = SimpleNamespace(option=options, getvalue=lambda name: getattr(options, name))
    scheduler = BrowserTestsTogether(config)
    for worker in workers:
        join(scheduler, worker)
    scheduler.schedule()
    return scheduler


def join(scheduler: BrowserTestsTogether, worker: Worker) -> None:
    scheduler.add_node(worker)
    scheduler.add_node_collection(worker, BROWSER + OTHERS)


def run(scheduler: BrowserTestsTogether, worker: Worker, tests: int) -> list[str]:
    """The names of the tests that the worker got through, at most so many."""
    ran: list[str] = []
    while worker.given and len(ran) < tests:
        index = worker.given.pop(0)
        ran.append((BROWSER + OTHERS)[index])
        scheduler.mark_test_complete(worker, index)
    return ran


def test_what_a_dead_worker_had_not_begun_is_run_by_the_others_and_the_run_ends() -> None:
    browser, dying, other = Worker(), Worker(), Worker()
    scheduler = scheduler_with(browser, dying, other)
    ran = run(scheduler, dying, 25)
    died_in = scheduler.remove_node(dying)
    assert died_in == OTHERS[dying.given[0] - len(BROWSER)]
    fresh = Worker()
    join(scheduler, fresh)
    scheduler.schedule()
    for worker in (other, browser, fresh, other):
        ran += run(scheduler, worker, 100)
    assert sorted(ran) == sorted(set(BROWSER + OTHERS) - {died_in})
    assert scheduler.tests_finished


def test_browser_tests_stay_on_one_worker() -> None:
    first, second = Worker(), Worker()
    scheduler = scheduler_with(first, second)
    assert run(scheduler, first, 3) == BROWSER
    assert not set(run(scheduler, second, 100)) & set(BROWSER)


def test_a_worker_that_dies_with_nothing_to_do_leaves_nothing_behind() -> None:
    first, second = Worker(), Worker()
    scheduler = scheduler_with(first, second)
    run(scheduler, second, 100)
    assert scheduler.remove_node(second) is None
    assert run(scheduler, first, 100) == BROWSER
    assert scheduler.tests_finished
