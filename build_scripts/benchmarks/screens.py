"""From a key pressed in the look-up to its rows on the screen, in Chromium, beside the same key in a bare text field;
and from the last key of a scanned card or label to the screen of its customer or product.

Goals (design.md): p95 <= 100 ms with 100,000 customers cached, and <= 300 ms from scan to answer. Measured inside the
page: from the `keydown` event to the animation frame after Flutter's semantics tree shows exactly the customers that
this text must find, or the name of the one whose card or label it is. The floor of all is Flet's stock client with an
empty text field and one text that repeats what its server heard.
"""

import argparse
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Browser, Error, Page, ViewportSize, sync_playwright

from build_scripts.benchmarks.crowd import NOW, people
from build_scripts.benchmarks.goods import COUNT, barcode, product_name
from build_scripts.benchmarks.kept_store import KeptStore, kept_store
from build_scripts.benchmarks.report import Report, Row, Samples, machine_load
from build_scripts.chromium import MISSING, find_chromium
from build_scripts.environment import CannotContinue, child_environment
from clienteling.domain.naming import person_name
from clienteling.use_cases.look_up import look_up

HELP: Final = "key to repaint and scan to answer in Chromium with 100,000 customers cached, beside a bare text field"
SHOWN: Final = 20
_FLAGS: Final = ("--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking")
_WINDOW: Final[ViewportSize] = {"width": 768, "height": 1024}
_WAIT_MS: Final = 30_000
_GIVE_UP_MS: Final = 5_000
_PAUSE_MS: Final = 150
"""Between keys: what is measured is one key, not a queue."""
_LETTERS: Final = 6
_STOCK: Final = '[flt-semantics-identifier="stock-echo"]'
_ROWS: Final = '[flt-semantics-identifier^="customer-"]'

# What is on the screen, as one text; then the time from the last key to the frame that shows the text wanted.
_SHOWN_ROWS: Final = f"""() => [...document.querySelectorAll('{_ROWS}')]
    .map(row => row.getAttribute('flt-semantics-identifier')).sort().join()"""
_SHOWN_ECHO: Final = f"""() => {{
    const echo = document.querySelector('{_STOCK}');
    return echo ? (echo.getAttribute('aria-label') ?? echo.textContent) : '';
}}"""
_SHOWN_IN: Final = """() => {
    const name = document.querySelector('[flt-semantics-identifier="IDENTIFIER"]');
    return name ? (name.querySelector('[aria-label]')?.getAttribute('aria-label') ?? name.textContent) : '';
}"""
_SHOWN_NAME: Final = _SHOWN_IN.replace("IDENTIFIER", "customer-name")
_SHOWN_PRODUCT: Final = _SHOWN_IN.replace("IDENTIFIER", "product-name")
_WATCH: Final = """([wanted, limit]) => {
    const shown = SHOWN;
    window.benchKeyAt = null;
    window.benchAnswer = new Promise((resolve, reject) => {
        const watching = new MutationObserver(look);
        const end = setTimeout(() => { watching.disconnect(); reject(new Error('not shown')); }, limit);
        function look() {
            if (window.benchKeyAt === null || shown() !== wanted) return;
            watching.disconnect();
            clearTimeout(end);
            requestAnimationFrame(() => resolve(performance.now() - window.benchKeyAt));
        }
        watching.observe(document.querySelector('flt-semantics-host'),
            {subtree: true, childList: true, attributes: true, characterData: true});
    });
    window.benchAnswer.catch(() => {});
}"""
_NOTE_KEYS: Final = "addEventListener('keydown', () => { window.benchKeyAt = performance.now(); }, true)"


@dataclass(frozen=True, slots=True)
class Key:
    """A key, and what the screen shows after it."""

    key: str
    wanted: str


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """How many customers, and how many words are typed."""
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--words", type=int, default=25)


def run(options: argparse.Namespace) -> Report:
    """Milliseconds from key to repaint."""
    kept = kept_store(options.keep, options.customers)
    words = [person.name.lower()[:_LETTERS] for person in islice(people(options.customers), 0, None, _step(options))]
    words = words[: options.words]
    typed = expected_rows(kept, words)
    before = machine_load()
    with chromium() as browser:
        with _served_page(browser, ("app", str(kept.folder))) as (page, url):
            ours, missed = _measure(page, url, typed, _SHOWN_ROWS)
            answers, unanswered = _measure_scans(page, url, cards(kept, options), _SHOWN_NAME)
            products, unfound = _measure_scans(page, url, labels(options.words), _SHOWN_PRODUCT)
        with _served_page(browser, ("stock",)) as (page, url):
            floor, _ = _measure(page, url, expected_echoes(words), _SHOWN_ECHO)
    return Report(
        title=f"Key to repaint in Chromium, {kept.customers:,} customers cached, at most {SHOWN} rows drawn",
        unit="ms",
        rows=[
            Row("key to rows", ours, floor, "p95 <= 100"),
            Row("scan of a card to its customer", answers, floor, "p95 <= 300"),
            Row("scan of a label to its product", products, floor, "p95 <= 300"),
        ],
        floor_is="one key in the stock client's text field to one text that repeats it",
        lines=[
            f"{missed} keys whose rows did not come, {unanswered} and {unfound} scans without their answer.",
            "Semantics are on in both, which a shop's tablets do without.",
        ],
        load=(before, machine_load()),
    )


def _step(options: argparse.Namespace) -> int:
    return max(1, int(options.customers) // int(options.words))


def expected_rows(kept: KeptStore, words: Sequence[str]) -> list[list[Key]]:
    """For each word its keys, and the identifiers of the rows each must bring."""
    with kept.opened() as store:

        def shown(text: str) -> str:
            rows = look_up(store, text.strip(), SHOWN, now=lambda: NOW).rows if text.strip() else ()
            return ",".join(sorted(f"customer-{row.customer_id}" for row in rows))

        return [[Key(word[at], shown(word[: at + 1])) for at in range(len(word))] for word in words]


def cards(kept: KeptStore, options: argparse.Namespace) -> list[Key]:
    """Loyalty cards, each with the name that stands above its customer, no two alike in a row."""
    found: list[Key] = []
    with kept.opened() as store:
        for person in islice(people(options.customers), 1, None, _step(options)):
            rows = look_up(store, person.card, SHOWN, now=lambda: NOW).rows if person.card else ()
            if rows and (not found or found[-1].wanted != person_name(rows[0])):
                found.append(Key(person.card, person_name(rows[0])))
    return found[: options.words]


def labels(count: int) -> list[Key]:
    """Bars of labels, each with the name of its product."""
    return [Key(barcode(number), product_name(number)) for number in range(min(COUNT, count))]


def scans_of_labels(kept: KeptStore, count: int) -> tuple[Samples, int]:
    """Milliseconds from the last key of each label's scan to its product, and how many never came.

    Nothing but the device runs: it has no server to ask.
    """
    with chromium() as browser, _served_page(browser, ("app", str(kept.folder))) as (page, url):
        return _measure_scans(page, url, labels(count), _SHOWN_PRODUCT)


def expected_echoes(words: Sequence[str]) -> list[list[Key]]:
    """The same keys in the bare field."""
    return [[Key(word[at], f"heard {word[: at + 1]}") for at in range(len(word))] for word in words]


@contextmanager
def serving(arguments: Sequence[str]) -> Iterator[str]:
    """The address at which another process serves, until the end of the block."""
    command = [sys.executable, "-m", "build_scripts.benchmarks.screens_server", *arguments]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=_environment()
    ) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        try:
            found = process.stdout.readline().strip()
            if not found:
                raise CannotContinue("What is to be measured did not start; its last words are above.")
            yield found
        finally:
            process.stdin.close()
            process.wait()


def _environment() -> dict[str, str]:
    return {**child_environment(), "PYTHONPATH": str(Path(__file__).resolve().parents[2])}


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser until the end of the block. Raises CannotContinue where there is none."""
    program = find_chromium()
    if program is None:
        raise CannotContinue(MISSING)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(_FLAGS), chromium_sandbox=False)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def _served_page(browser: Browser, served: Sequence[str]) -> Iterator[tuple[Page, str]]:
    """A new tab, and the address of what is served for it."""
    with serving(served) as url, browser.new_context(viewport=_WINDOW, locale="id-ID") as context:
        page = context.new_page()
        page.set_default_timeout(_WAIT_MS)
        yield page, url


def _measure(page: Page, url: str, typed: Sequence[Sequence[Key]], shown: str) -> tuple[Samples, int]:
    """Milliseconds for each key that changes the screen, and how many never did."""
    samples, missed = Samples(), 0
    _open(page, url)
    for keys in typed:
        before = page.evaluate(shown)
        for key in keys:
            if key.wanted == before:
                page.keyboard.type(key.key)
                page.wait_for_timeout(_PAUSE_MS * 2)
                continue
            answer = _press(page, key, shown)
            if answer is None:
                missed += 1
            else:
                samples.add(answer)
            before = page.evaluate(shown)
            page.wait_for_timeout(_PAUSE_MS)
        _clear(page)
    return samples, missed


def _measure_scans(page: Page, url: str, scans: Sequence[Key], shown: str) -> tuple[Samples, int]:
    """Milliseconds from the last key of each scan to its answer, and how many never came; no field has the focus."""
    samples, missed = Samples(), 0
    _open(page, f"{url}/settings", in_field=False)
    for scan in scans:
        answer = _press(page, scan, shown, ends="Enter")
        if answer is None:
            missed += 1
        else:
            samples.add(answer)
        page.wait_for_timeout(_PAUSE_MS * 4)
    return samples, missed


def _open(page: Page, url: str, *, in_field: bool = True) -> None:
    """Nothing, once keys are noted, and where `in_field` the first text field has the focus."""
    page.goto(url)
    page.locator("flt-semantics-placeholder").wait_for(state="attached")
    page.evaluate("document.querySelector('flt-semantics-placeholder').click()")
    page.wait_for_timeout(3_000)  # what the screen still loads is not measured
    if in_field:
        page.get_by_role("textbox").first.click()
        page.wait_for_timeout(1_000)
    page.evaluate(_NOTE_KEYS)


def _press(page: Page, key: Key, shown: str, *, ends: str = "") -> float | None:
    page.evaluate(_WATCH.replace("SHOWN", shown), [key.wanted, _GIVE_UP_MS])
    page.keyboard.type(key.key)
    if ends:
        page.keyboard.press(ends)
    try:
        answer: Any = page.evaluate("window.benchAnswer")
    except Error:
        return None
    return float(answer)


def _clear(page: Page) -> None:
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.press("Backspace")
    page.wait_for_timeout(1_000)
