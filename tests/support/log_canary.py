"""No line that a program logs has anything of a person in it (ASVS 5.0 16.2.5), asked after each test of a journey and
once its fixtures have ended.

Lines are what processes write to log files and to their output below the run's temporary folder, what the code under
test logs in this process (as it would stand in its file), what it prints, and what Chromium's console says. Words are
the people of the demo and of the tests' shops, what every central database of a test holds of people when it closes,
what is typed into the browser, PINs, tokens and keys. A word counts from the moment it is known to the end of the run:
a process may log late.
"""

import csv
import json
import logging
import re
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import pytest
import sqlalchemy as sa

from clienteling.demo.layout import KEY_FILE
from clienteling.logs import QUIET_LOGGERS, JsonLines
from clienteling.secrets import RECOVERY_KEPT
from clienteling.settings import assets_dir
from sync.central_api.database import CentralDatabase
from sync.central_api.tables import RECORD
from sync.protocol.kinds import Kind
from tests.support.fake_customers import NOTES, SITI
from tests.support.fake_services import ASSOCIATES, ROWS
from tests.support.pins import OTHER, PIN, WRONG

WATCHED: Final = frozenset({"browser", "journeys", "simulation"})
"""Folders of tests."""
LEAST_CHARS: Final = 3
LEAST_TYPED_CHARS: Final = 4
CAUGHT: Final = "something of a person is in a log"
LOG_FILES: Final = re.compile(r"\.(log(\.\d+)?|out)$")
OF_PEOPLE: Final = frozenset(
    {
        *("name", "phone", "phone_typed", "email", "loyalty_number", "birthday", "text", "note", "outcome", "subject"),
        *("First Name", "Last Name", "Email", "Phone", "Default Address Phone", "Note", "customer_email"),
    }
)
"""Fields of records and columns of exports that say something of a person."""
KINDS_OF_PEOPLE: Final = (
    *(Kind.CUSTOMER, Kind.ASSOCIATE, Kind.NOTE, Kind.FOLLOW_UP, Kind.APPOINTMENT, Kind.INTERACTION, Kind.ENQUIRY),
)
EXPORTS_OF_PEOPLE: Final = ("associates.csv", "customers_export.csv", "customers_extra.csv", "enquiries.csv")


class Canaries:
    """Words that must be in no line, and the lines that were not looked at yet."""

    def __init__(self) -> None:
        self._words: set[str] = set()
        self._read_bytes: dict[Path, int] = {}
        self.folder: Path | None = None
        """Where the run's files are."""
        self.more_files: set[Path] = set()
        """Log files elsewhere."""
        self.lines: list[str] = []
        """What was said in this process and in browsers."""

    def add(self, *words: object) -> None:
        """Nothing; from now on these count. Texts with a space count in one piece."""
        texts = (str(word).strip().casefold() for word in words if word)
        self._words.update(text for text in texts if len(text) >= LEAST_CHARS and not text.isspace())

    def add_typed(self, text: str) -> None:
        """Nothing; so does what is typed, unless it is the beginning of anything."""
        if len(text.strip()) >= LEAST_TYPED_CHARS:
            self.add(text)

    def add_fields(self, body: Mapping[str, Any]) -> None:
        """Nothing; so does what a record or a row of an export says of a person."""
        self.add(*(value for name, value in body.items() if name in OF_PEOPLE and isinstance(value, str)))

    @property
    def knows_everybody(self) -> bool:
        """Whether the people of the demo and of the tests' own shops count."""
        return SITI.email.casefold() in self._words

    def know_everybody(self) -> None:
        """Nothing; the people of the demo and of the tests' own shops count."""
        if self.knows_everybody:
            return
        for name in EXPORTS_OF_PEOPLE:
            with (assets_dir() / "demo" / name).open(encoding="utf-8", newline="") as file:
                for row in csv.DictReader(file):
                    self.add_fields(row)
        self.add(SITI.name, SITI.phone, SITI.phone_typed, SITI.email, SITI.loyalty_number)
        self.add(*(row.name for row in ROWS), *(note.text for note in NOTES), *(one.name for one in ASSOCIATES))
        self.add(PIN, OTHER, WRONG)

    def add_people_of(self, database: CentralDatabase) -> None:
        """Nothing; so does what a central database holds of people."""
        with database.reading() as connection:
            bodies = connection.execute(sa.select(RECORD.c.body).where(RECORD.c.kind.in_(KINDS_OF_PEOPLE))).scalars()
            for body in filter(None, bodies):  # of who was erased nothing is left
                self.add_fields(json.loads(body) if isinstance(body, str | bytes) else body)

    def add_secrets_below(self, folder: Path) -> None:
        """Nothing; so do the keys and tokens of the demo's devices, and not the ids that lie beside them."""
        for file in folder.rglob(KEY_FILE):
            for name, secret in json.loads(file.read_text("utf-8")).items():
                if name != RECOVERY_KEPT:
                    self.add(secret, *_values(secret))

    def read_new(self, folder: Path) -> None:
        """Nothing; takes in what log files below the folder say that they did not say before."""
        for file in folder.rglob("*"):
            if LOG_FILES.search(file.name):
                self.read_file(file)

    def read_file(self, file: Path) -> None:
        """Nothing; takes in what the file says that it did not say before."""
        if file.is_file():
            content = file.read_bytes()
            begin = self._read_bytes.get(file, 0)
            self._read_bytes[file] = len(content)
            new = content[begin if begin <= len(content) else 0 :]  # a process that begins anew empties its file
            self.lines += (f"{file.name}: {line}" for line in new.decode("utf-8", "replace").splitlines())

    def read_everything(self) -> None:
        """Nothing; takes in what all log files of the run say that they did not say before."""
        if self.folder is not None:
            self.add_secrets_below(self.folder)
            self.read_new(self.folder)
        for file in self.more_files:
            self.read_file(file)

    def caught(self) -> list[str]:
        """Each line with a word in it; all lines are forgotten."""
        lines, self.lines = self.lines, []
        folded = "\n".join(lines).casefold()
        words = [word for word in self._words if word in folded]
        if not words:
            return []
        whole = re.compile("|".join(rf"(?<![\w-]){re.escape(word)}(?![\w-])" for word in sorted(words)))
        return [line for line in lines if whole.search(line.casefold())]


def _values(secret: str) -> Iterable[str]:
    """The parts of a secret that is several in one, but for who it is of."""
    try:
        parts = json.loads(secret)
    except ValueError:
        return ()
    return [str(part) for name, part in parts.items() if name != "registration"] if isinstance(parts, dict) else ()


class _Listening(logging.Handler):
    """What the code under test logs, as it would stand in its file."""

    def __init__(self, canaries: Canaries) -> None:
        super().__init__(logging.INFO)
        self._canaries = canaries
        self.setFormatter(JsonLines())

    def emit(self, record: logging.LogRecord) -> None:
        quiet = any(record.name == name or record.name.startswith(f"{name}.") for name in QUIET_LOGGERS)
        if record.levelno >= logging.WARNING or not quiet:
            self._canaries.lines.append(f"log: {self.format(record)}")


CANARIES: Final = Canaries()
_LOOKED_AT: Final = pytest.StashKey[bool]()
"""Of a test: after it, what was said is looked at."""


@contextmanager
def listening_to(canaries: Canaries) -> Iterator[None]:
    """Inside the block, what the code under test logs is among the lines."""
    root, listening = logging.getLogger(), _Listening(canaries)
    level = root.level
    root.addHandler(listening)
    root.setLevel(logging.INFO)
    try:
        yield
    finally:
        root.removeHandler(listening)
        root.setLevel(level)


@pytest.fixture(scope="session", autouse=True)
def _files_of_the_run(tmp_path_factory: pytest.TempPathFactory) -> None:
    CANARIES.folder = tmp_path_factory.getbasetemp()


@pytest.fixture(autouse=True)
def _files_of_the_test(request: pytest.FixtureRequest) -> Iterator[None]:
    """Reads a test's own files once its fixtures have ended, and before the folder of one that passed goes."""
    if not _is_watched(request.node):
        yield
        return
    request.getfixturevalue("tmp_path")
    yield
    CANARIES.read_everything()


def _is_watched(item: pytest.Item) -> bool:
    return item.path.parent.name in WATCHED


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> Generator[None, object, object]:
    """Listens to a test of the watched folders from its first fixture's beginning to the last one's end."""
    if not _is_watched(item):
        return (yield)
    CANARIES.know_everybody()
    item.stash[_LOOKED_AT] = True
    with listening_to(CANARIES):
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Generator[None, None, None]:
    """Listens to the end of the run as well, where what watched tests have shared may end behind another test."""
    if nextitem is not None or _is_watched(item) or not CANARIES.knows_everybody:
        return (yield)
    item.stash[_LOOKED_AT] = True
    with listening_to(CANARIES):
        return (yield)


# Innermost, so that the plugin which runs tests again sees a failure: a second look would find the lines read.
@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Fails a test of the watched folders after which, its fixtures' ends included, a log has something of a person."""
    report = yield
    if report.when != "teardown" or not item.stash.get(_LOOKED_AT, False):
        return report
    if _is_watched(item):  # what any other test prints is its own affair
        CANARIES.lines += (report.capstdout + report.capstderr).splitlines()
    CANARIES.read_everything()
    caught = CANARIES.caught()
    if caught and report.passed:
        report.outcome = "failed"
        report.longrepr = "\n".join([CAUGHT, *caught])
    elif caught:
        report.sections.append((CAUGHT, "\n".join(caught)))
    return report
