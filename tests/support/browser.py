"""Drives Flet's web client in a real Chromium.

Flet draws on a canvas; what a test can find is Flutter's semantics tree, which is off until asked for, and again after
every reload. `go` does that. Playwright runs in a thread with an event loop of its own, so that a test may
use asyncio itself; every method here waits for its answer.

    def test_greets(open_flet, served_app):
        flet = open_flet(f"{served_app}/app")
        flet.by_label("Name").fill("Siti")
        flet.button("Greet").click()
        flet.wait_text("Selamat pagi, Siti")
"""

import asyncio
import re
import tempfile
import threading
from collections.abc import Coroutine, Sequence
from pathlib import Path
from typing import Any, Final, Literal, TypeVar

from playwright.async_api import Browser, BrowserContext, Error, Locator, Page, Playwright, async_playwright, expect

from tests.support.busy_threads import busy_threads
from tests.support.log_canary import CANARIES

T = TypeVar("T")

WAIT_TIMEOUT_S: Final = 30.0
"""Long, since all workers share two cores; a test that passes does not wait it out."""
ANSWERS_WITHIN_S: Final = 5.0
"""A tab that says nothing for so long hangs."""
TABLET: Final = (768, 1024)
DESKTOP: Final = (1440, 900)

_FLAGS: Final = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--renderer-process-limit=1",  # an emptied tab goes on in its process
    "--js-flags=--liftoff-only",  # a test is over before code that is compiled twice pays
)
_ANYTHING_SAID: Final = "flt-semantics-host :is(span, input, textarea, [aria-label], [role=button])"

PERMISSIONS: Final = ["clipboard-read", "clipboard-write"]
DOWNLOAD_TIMEOUT_S: Final = 60
_NOT_YET: Final = "not-yet"
_ATTACH_TIMEOUTS_MS: Final = (600, 2_000, 4_000, 10_000)
_GO_ON: Final = """path => {
    history.pushState(null, "", path);
    dispatchEvent(new PopStateEvent("popstate", {state: null}));
}"""
_PRESS_PLACEHOLDER: Final = """() => new Promise((pressed) => {
    const press = () => {
        const placeholder = document.querySelector("flt-semantics-placeholder");
        placeholder?.click();
        if (placeholder) pressed();
        return placeholder !== null;
    };
    if (press()) return;
    const waiting = new MutationObserver(() => press() && waiting.disconnect());
    waiting.observe(document, {childList: true, subtree: true});
})"""
_STANDS_STILL: Final = """one => new Promise((tell) => {
    const box = () => JSON.stringify(one.getBoundingClientRect());
    const before = box();
    setTimeout(() => tell(one.isConnected && box() === before), 100);
})"""
_State = Literal["attached", "detached", "hidden", "visible"]


class BrowserThread:
    """A Chromium driven from an event loop in a thread of its own."""

    def __init__(self, program: Path, *, more_flags: Sequence[str] = ()) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="playwright")
        self._thread.start()
        self._playwright: Playwright = self.run(async_playwright().start())
        self._program = program
        self._flags = [*_FLAGS, *more_flags]
        try:
            self._browser = self._launch()
        except BaseException:
            self._stop()
            raise

    def _launch(self) -> Browser:
        return self.run(
            self._playwright.chromium.launch(
                executable_path=self._program, args=self._flags, chromium_sandbox=False, timeout=60_000
            )
        )

    def start_again(self) -> None:
        """Nothing; all tabs end, whatever they are doing, and new ones can be opened."""
        self.run(self._browser.close())
        self._browser = self._launch()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """What the coroutine returns; it runs beside the browser."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=WAIT_TIMEOUT_S * 4)

    def new_context(
        self, *, size: tuple[int, int], locale: str, timezone: str, runs_scripts: bool = True
    ) -> BrowserContext:
        """A fresh profile."""
        width, height = size
        context = self.run(
            self._browser.new_context(
                viewport={"width": width, "height": height},
                locale=locale,
                timezone_id=timezone,
                service_workers="block",
                permissions=PERMISSIONS,
                java_script_enabled=runs_scripts,
            )
        )
        context.set_default_timeout(WAIT_TIMEOUT_S * 1000)
        self.run(_hear(context))
        return context

    def tabs(self) -> str:
        """A line for each open tab: its address, and whether it answers. They share one process."""
        pages = [page for context in self._browser.contexts for page in context.pages]
        return "\n".join(f"{page.url} {self.run(_answer(page))}" for page in pages)

    def close(self) -> None:
        """Nothing; ends browser, driver and thread."""
        self.run(self._browser.close())
        self._stop()

    def _stop(self) -> None:
        self.run(self._playwright.stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


async def _hear(context: BrowserContext) -> None:
    """Nothing; what its pages' consoles say is among what must tell of nobody."""
    context.on("console", lambda message: CANARIES.lines.append(f"console: {message.text}"))


async def _answer(page: Page) -> str:
    try:
        return await asyncio.wait_for(page.evaluate("document.readyState"), ANSWERS_WITHIN_S)
    except (Error, TimeoutError):
        return "does not answer"


class Element:
    """Something on the screen, looked for anew at every use."""

    def __init__(self, flet: "FletPage", locator: Locator) -> None:
        self._flet = flet
        self.locator = locator

    def click(self) -> None:
        """Nothing; waits until it stands still, and presses its middle."""
        self._flet.wait_uncovered()
        self._flet.run(self._press())

    async def _press(self) -> None:
        stands_still = False
        while not stands_still:  # a screen that is still coming moves on below the pointer
            stands_still = await self.locator.evaluate(_STANDS_STILL)
        await self.locator.click()

    def focus(self) -> None:
        """Nothing, once the app listens to this field; what is typed earlier is lost (Flutter overwrites it)."""
        self._flet.wait_uncovered()
        self._flet.run(self._focus())

    async def _focus(self) -> None:
        for timeout_ms in _ATTACH_TIMEOUTS_MS:
            # Flutter writes the attribute when it attaches to the field: that is the only outward sign. Of a field
            # that has the browser's focus already nobody could tell whether it had, so it is taken away first.
            await self.locator.evaluate(
                f"field => {{ field.blur(); field.setAttribute('autocorrect', '{_NOT_YET}'); }}"
            )
            await self.locator.click()
            try:
                # Not `wait_for_function`: it makes code of strings in the page, which the app's policy forbids.
                await expect(self.locator).not_to_have_attribute("autocorrect", _NOT_YET, timeout=timeout_ms)
                return
            except AssertionError:
                # Now and then Flutter holds that the field already has the focus, and does nothing.
                await self.locator.page.bring_to_front()
                await self.locator.page.keyboard.press("Tab")
        raise TimeoutError(f"the field {self.locator} does not answer")

    def fill(self, text: str) -> None:
        """Nothing; presses on a field and replaces what it holds."""
        CANARIES.add_typed(text)
        self.focus()
        self._flet.run(self.locator.fill(text))

    def press(self, key: str) -> None:
        """Nothing; a key such as `Enter`, with the focus here."""
        self._flet.run(self.locator.press(key))

    def value(self) -> str:
        """What a field holds."""
        return self._flet.run(self.locator.input_value())

    def text(self) -> str:
        """The words in it, as a screen reader would say them."""
        return self._flet.run(self.locator.evaluate("e => e.getAttribute('aria-label') ?? e.textContent")) or ""

    def count(self) -> int:
        """How many there are now; `wait()` first where the screen may still be coming."""
        return self._flet.run(self.locator.count())

    def box(self) -> tuple[float, float, float, float]:
        """Left, top, width and height in CSS pixels."""
        box = self._flet.run(self.locator.bounding_box())
        assert box is not None, "it is not drawn"
        return (box["x"], box["y"], box["width"], box["height"])

    def wait(self, *, timeout_s: float = WAIT_TIMEOUT_S) -> "Element":
        """This, once it is there."""
        self._flet.wait_for(self.locator.first, "attached", timeout_s=timeout_s)
        return self

    def wait_focused(self) -> None:
        """Nothing, once keys go here."""
        self._flet.run(expect(self.locator).to_be_focused(timeout=WAIT_TIMEOUT_S * 1000))

    def wait_gone(self, *, timeout_s: float = WAIT_TIMEOUT_S) -> None:
        """Nothing, once it is there no longer."""
        self._flet.wait_for(self.locator.first, "detached", timeout_s=timeout_s)


class FletPage:
    """One tab with Flet's client in it. `page` is Playwright's, for what is missing here: `run(flet.page....)`."""

    def __init__(self, browser: BrowserThread, context: BrowserContext) -> None:
        self._browser = browser
        self.context = context
        self.console: list[str] = []
        self.page: Page = browser.run(self._new_page())

    async def _new_page(self) -> Page:
        page = await self.context.new_page()
        # Subscribing starts a task, so it must be done on the browser's own event loop.
        page.on("console", lambda message: self.console.append(f"{message.type}: {message.text}"))
        return page

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """What the coroutine returns; with what the screen says and shows in the message where it fails."""
        try:
            return self._browser.run(work)
        except (Error, TimeoutError) as error:
            raise AssertionError(
                f"{error}\n\nOn the screen ({self._picture_of_failure()}):\n{self.snapshot()}\n\n"
                f"The console's last lines:\n{self._console_end()}"
            ) from error

    def _picture_of_failure(self) -> str:
        """Where a picture of the screen lies: what is drawn and what is said may differ."""
        folder = Path(tempfile.mkdtemp(prefix="clienteling-failed-"))
        try:
            self._browser.run(self.page.screenshot(path=folder / "screen.png", timeout=ANSWERS_WITHIN_S * 1000))
        except Error:
            return "no picture of it could be taken"
        return str(folder / "screen.png")

    def _console_end(self) -> str:
        return "\n".join(self.console[-10:])

    # --- going somewhere

    def go(self, url: str) -> None:
        """Nothing, once the client at this address has drawn something; where the page is ours, a screen."""
        self.run(self.page.goto(url, wait_until="commit"))
        self.enable_semantics()
        self.wait_uncovered()

    def resize(self, size: tuple[int, int]) -> None:
        """Nothing; gives the window this width and height."""
        width, height = size
        self.run(self.page.set_viewport_size({"width": width, "height": height}))

    def go_on(self, path: str) -> None:
        """Nothing; goes to a path of the app without loading it again, as a press inside it does."""
        self.run(self.page.evaluate(_GO_ON, path))

    def reload(self) -> None:
        """Nothing, once the page has been loaded again."""
        self.run(self.page.reload(wait_until="commit"))
        self.enable_semantics()
        self.wait_uncovered()

    def back(self) -> None:
        """Nothing; the browser's back, which stays inside the app."""
        self.run(self.page.go_back())

    @property
    def url(self) -> str:
        """The address in the address bar."""
        return self.page.url

    def enable_semantics(self) -> None:
        """Nothing, once the tree has words in it. The placeholder lies off screen: only a script can press it.

        The script presses in the moment that it appears: a field that Flutter has given the focus before keeps it in
        an element outside the tree.
        """
        self.run(asyncio.wait_for(self.page.evaluate(_PRESS_PLACEHOLDER), WAIT_TIMEOUT_S))
        self.run(self.page.locator(_ANYTHING_SAID).first.wait_for(state="attached"))

    def wait_uncovered(self) -> None:
        """Nothing, once no cover of the page lies over the app.

        Playwright scrolls about where a press would meet something else, and in Flutter's tree what was scrolled so
        stands elsewhere than on the screen from then on.
        """
        self.run(self.page.locator("#cover").wait_for(state="hidden"))

    # --- finding

    def by_label(self, label: str, *, exact: bool = False) -> Element:
        """A field by its label."""
        return Element(self, self.page.get_by_label(label, exact=exact))

    def button(self, name: str, *, exact: bool = False) -> Element:
        """A button or a pressable row by its words, an icon button by its tooltip."""
        return Element(self, self.page.get_by_role("button", name=name, exact=exact))

    def text(self, words: str) -> Element:
        """What says these words, wherever they stand in it."""
        labelled = self.page.get_by_label(words)
        return Element(self, self.page.locator("flt-semantics-host").get_by_text(words).or_(labelled))

    def identifier(self, name: str) -> Element:
        """What carries `ft.Semantics(identifier=name)`: the same in every language."""
        return Element(self, self.page.locator(f'[flt-semantics-identifier="{name}"]'))

    # --- acting and waiting

    def type(self, text: str, *, key_delay_ms: float = 0) -> None:
        """Nothing; presses one key after another, wherever the focus is (as a wedge scanner does)."""
        CANARIES.add_typed(text)
        self.run(self.page.keyboard.type(text, delay=key_delay_ms))

    def press(self, key: str) -> None:
        """Nothing; presses a key such as `Enter`, wherever the focus is."""
        self.run(self.page.keyboard.press(key))

    def download(self, identifier: str, path: Path) -> str:
        """The name that the file is offered under which a press downloads; it is kept at `path`."""

        async def press_and_keep() -> str:
            async with self.page.expect_download(timeout=DOWNLOAD_TIMEOUT_S * 1000) as coming:
                await self.identifier(identifier).locator.click()
            downloaded = await coming.value
            await downloaded.save_as(path)
            return downloaded.suggested_filename

        return self.run(press_and_keep())

    def wait_text(self, words: str, *, timeout_s: float = WAIT_TIMEOUT_S) -> Element:
        """What says these words, once something does."""
        return self.text(words).wait(timeout_s=timeout_s)

    def wait_text_gone(self, words: str, *, timeout_s: float = WAIT_TIMEOUT_S) -> None:
        """Nothing, once nothing says these words."""
        self.text(words).wait_gone(timeout_s=timeout_s)

    def wait_url(self, pattern: str, *, timeout_s: float = WAIT_TIMEOUT_S) -> None:
        """Nothing, once the address matches this regular expression."""
        self.run(self.page.wait_for_url(re.compile(pattern), timeout=timeout_s * 1000))

    def wait_for(self, locator: Locator, state: _State, *, timeout_s: float) -> None:
        """Nothing, once the locator is in this state."""
        self.run(locator.wait_for(state=state, timeout=timeout_s * 1000))

    # --- looking

    def snapshot(self, *, timeout_s: float = 5.0) -> str:
        """The screen as an outline of roles and words, for failure messages; of a tab that does not answer, why."""
        host = self.page.locator("flt-semantics-host")
        try:
            return self._browser.run(host.aria_snapshot(timeout=timeout_s * 1000))
        except Error as error:
            return (
                f"(nothing: the app has not drawn, or semantics are off: {error.message})\n"
                f"The tabs:\n{self._browser.tabs()}\n"
                f"The browser's busiest threads:\n{busy_threads()}"
            )

    def screenshot(self, path: Path) -> Path:
        """The path of a PNG of what a person sees; its folder is made."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self.run(self.page.screenshot(path=path))
        return path

    def close(self) -> None:
        """Nothing; closes the tab and forgets its profile."""
        self._browser.run(self.context.close())
