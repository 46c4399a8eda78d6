"""The shelf page on a simulated phone: Chromium at slow 4G with a processor four times slower.

Chromium delays every answer by the round trip; what a first visit's connection takes (TCP, TLS 1.3: two round trips) is
no part of that and is added to what is told.
"""

from dataclasses import dataclass, field
from typing import Any, Final

from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize

from build_scripts.benchmarks.report import MS, Samples

ROUND_TRIP_MS: Final = 400
SLOWER: Final = 4
_DOWN_BYTES_A_S: Final = 1_600_000 / 8
_UP_BYTES_A_S: Final = 750_000 / 8
_SCREEN: Final[ViewportSize] = {"width": 360, "height": 800}
_SETTLED_MS: Final = 1_500
CONNECTING_MS: Final = 2 * ROUND_TRIP_MS

# Largest paint and shifts, as https://web.dev/articles/lcp and /cls measure them.
_WATCH: Final = """
    window.benchPaint = 0; window.benchShift = 0; window.benchWhat = '';
    new PerformanceObserver(list => { for (const one of list.getEntries()) {
        window.benchPaint = one.startTime; window.benchWhat = one.element ? one.element.tagName : ''; } })
        .observe({type: 'largest-contentful-paint', buffered: true});
    new PerformanceObserver(list => { for (const one of list.getEntries()) window.benchShift += one.value; })
        .observe({type: 'layout-shift', buffered: true});
"""
_TOLD: Final = """() => ({
    paint: window.benchPaint, shift: window.benchShift, what: window.benchWhat,
    first: performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0,
    bytes: [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
        .reduce((sum, one) => sum + one.transferSize, 0),
    foreign: performance.getEntriesByType('resource').filter(one => !one.name.startsWith(location.origin)).length,
})"""


@dataclass(slots=True)
class Seen:
    """What visits saw: ms to the first and the largest paint with the connection, shifts, kB, and what was largest."""

    first: Samples = field(default_factory=Samples)
    largest: Samples = field(default_factory=Samples)
    shifts: Samples = field(default_factory=Samples)
    kilobytes: Samples = field(default_factory=Samples)
    largest_is: set[str] = field(default_factory=set)
    foreign: int = 0


def visits(browser: Browser, url: str, count: int) -> Seen:
    """That many first visits, each with nothing kept."""
    seen = Seen()
    for _ in range(count):
        with browser.new_context(
            viewport=_SCREEN, device_scale_factor=2, is_mobile=True, has_touch=True, locale="id-ID"
        ) as context:
            _visit(_phone(context), url, seen)
    return seen


def _phone(context: BrowserContext) -> Page:
    page = context.new_page()
    page.add_init_script(_WATCH)
    devtools = context.new_cdp_session(page)
    devtools.send("Network.enable")
    devtools.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": ROUND_TRIP_MS,
            "downloadThroughput": _DOWN_BYTES_A_S,
            "uploadThroughput": _UP_BYTES_A_S,
        },
    )
    devtools.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER})
    return page


def _visit(page: Page, url: str, seen: Seen) -> None:
    page.goto(url, wait_until="load")
    page.wait_for_timeout(_SETTLED_MS)
    told: dict[str, Any] = page.evaluate(_TOLD)
    seen.first.add(told["first"] + CONNECTING_MS)
    seen.largest.add(told["paint"] + CONNECTING_MS)
    seen.shifts.add(told["shift"])
    seen.kilobytes.add(told["bytes"] / MS)
    seen.largest_is.add(told["what"])
    seen.foreign += told["foreign"]
