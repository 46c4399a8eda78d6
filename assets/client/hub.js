// What the page does around the app: it covers the screen while the app is coming and while its server (the hub) is
// gone, refuses pictures that are too large before they are sent, sounds the tone of a scan, and keeps the client from
// asking other hosts.
//
// The client draws on a canvas and, when its socket closes, shows a blank page and an English word. So the socket's
// close is held back until the hub answers again: the screen stays as it was, below the cover.
// Runs before Flutter; no storage but the client's own, and nothing about customers leaves this page's memory.
"use strict";
(() => {
  const ASK_EVERY_MS = 1000; // how often the hub is asked for a sign of life
  const SILENT_MS = 1800; // no sign of life for so long: it is gone
  const SETTLE_MS = 400; // from the last message of a new session to a screen that is drawn
  const PATIENCE_MS = 6000; // hub answers, socket does not come: load the page again
  const SLOW_START_MS = 8000; // then the cover says that it takes long
  const LATEST_SCREEN_MS = 30000; // from a session's first message and the client's first frame to a screen that is drawn
  const NOTICE_MS = 8000;
  const OTHER_MS = 20000; // gone for so long: the other of hub and stand-in is offered, where there is one
  const HUB_BACK_EVERY_MS = 15000; // so often a stand-in's page asks whether its hub answers again
  const HUB_BACK_SIGNS = 2; // so many answers in a row: it is back
  const STAYS_MS = 300000; // who stays at the stand-in is asked again
  const CHOICES = "flutter.clienteling.choices";
  const KEPT = "flutter.clienteling.kept";
  const SOUND = "flutter.clienteling.sound";

  const page = document.documentElement;
  const told = JSON.parse(document.getElementById("told").textContent);
  const base = page.dataset.base;

  const readJson = (text) => {
    try {
      return JSON.parse(text);
    } catch {
      return null;
    }
  };
  let texts;
  // Language and theme as chosen in this browser. The client writes every value as JSON, and the value here is JSON itself.
  function follow(kept, asked) {
    const choices = readJson(readJson(kept)) ?? {};
    const wishes = [asked, choices.language, ...navigator.languages];
    const known = wishes.map((one) => (one ?? "").split("-")[0].toLowerCase().replace(/^in$/, "id"));
    const language = known.find((one) => one in told.texts) ?? "en";
    texts = told.texts[language];
    page.lang = language;
    if (choices.theme === "light" || choices.theme === "dark") page.dataset.theme = choices.theme;
    else delete page.dataset.theme;
  }
  follow(localStorage.getItem(CHOICES), new URLSearchParams(location.search).get("lang"));

  // --- the cover

  const element = (id) => document.getElementById(id);
  let why = "waiting";
  let since = performance.now();
  let startsSlowly = false;
  let lostSince = 0;
  let offersOther = false;

  function show(reason) {
    if (why === reason || why === "failed") return;
    if (!why) {
      since = performance.now();
      wanted = document.activeElement;
    }
    why = reason;
    lostSince = performance.now();
    offersOther = false;
    draw();
  }

  function draw() {
    const cover = element("cover");
    if (!cover) return; // the head runs before the body is there
    cover.hidden = !why;
    cover.dataset.why = why ?? "";
    const lost = why === "lost";
    cover.querySelector(".sentence").textContent = { lost: texts.lost, failed: texts.failed }[why] ?? "";
    const long = why === "waiting" && startsSlowly;
    cover.querySelector(".more").textContent = lost ? `${texts.lostMore}\n${texts.keeps}` : long ? texts.slow : "";
    const words = told.standIn ? texts.goOn : texts.goBack;
    offer(cover.querySelector(".stand-in"), told.standIn || told.standsInFor, words, lost && offersOther);
    cover.setAttribute("aria-label", why === "waiting" ? texts.waiting : "");
    // What lies below must not be read out or reached by keys either.
    for (const one of document.body.children) {
      if (one !== cover && one.id !== "notice") one.inert = Boolean(why);
    }
  }

  // A way to another machine. What is being typed does not come along: it never leaves this page's memory.
  function offer(box, address, words, isOffered) {
    box.hidden = !isOffered;
    if (!isOffered) return;
    const go = box.querySelector(".go");
    go.href = `${address}/`;
    go.textContent = words;
    box.querySelector(".gives-up").textContent = window.clientelingPage.held ? texts.givesUp : "";
  }

  let noticeTimer = 0;
  function notice(words) {
    const box = element("notice");
    box.textContent = words;
    box.hidden = false;
    clearTimeout(noticeTimer);
    noticeTimer = setTimeout(() => (box.hidden = true), NOTICE_MS);
  }

  window.clientelingPage = { fail: () => show("failed"), held: "", tones: 0 };
  document.addEventListener("DOMContentLoaded", () => {
    draw();
    // Flutter adds its own element later, and that must not be reached below a cover either.
    new MutationObserver(() => why && draw()).observe(document.body, { childList: true });
  });

  // What is being typed, which the app asks the client to keep: the client has it in memory now, and it never goes to
  // this browser's disk. A wish for a sound comes the same way, and is not kept either.
  const setItem = Storage.prototype.setItem;
  Storage.prototype.setItem = function (key, value) {
    if (key === KEPT) window.clientelingPage.held = value;
    else if (key === SOUND) hear(readJson(value));
    else setItem.call(this, key, value);
    if (key === CHOICES) follow(value);
  };

  // --- the tone of a scan

  const TONE_HZ = 1760;
  const TONE_S = 0.12;
  const TONE_FADES_S = 0.02; // an edge in the wave would click
  const TONE_LOUDNESS = 0.25;
  let speaker = null; // awake only while it sounds

  function hear(wish) {
    if (wish === "ready") readySpeaker();
    else if (wish === "read") soundTone();
  }

  // Browsers stay silent until the person has touched the page, some of them unless the speaker was woken by a touch.
  function readySpeaker() {
    if (speaker || !window.AudioContext) return;
    const touches = ["pointerup", "keydown"];
    const wake = () => {
      for (const one of touches) removeEventListener(one, wake, true);
      speaker ??= new AudioContext();
      speaker.resume().then(() => speaker.suspend());
    };
    for (const one of touches) addEventListener(one, wake, true);
  }

  async function soundTone() {
    if (!speaker) return;
    await speaker.resume();
    const start = speaker.currentTime;
    const end = start + TONE_S;
    const tone = speaker.createOscillator();
    const loudness = speaker.createGain();
    tone.frequency.value = TONE_HZ;
    loudness.gain.setValueAtTime(0, start);
    loudness.gain.linearRampToValueAtTime(TONE_LOUDNESS, start + TONE_FADES_S);
    loudness.gain.setValueAtTime(TONE_LOUDNESS, end - TONE_FADES_S);
    loudness.gain.linearRampToValueAtTime(0, end);
    tone.connect(loudness).connect(speaker.destination);
    tone.onended = () => {
      window.clientelingPage.tones += 1;
      speaker.suspend();
    };
    tone.start(start);
    tone.stop(end);
  }

  // --- a scanner that types

  // It ends a code with Enter, which would press whatever has the focus. Outside a field the app gets F24 for it, a key
  // that nobody has. The numbers are those of clienteling/domain/wedge.py.
  const SCANNED_CHARS = 6;
  const SCANNED_GAP_MS = 600;
  const SCANNED_MEAN_GAP_MS = 50;
  let typed = 0;
  let firstKeyAt = 0;
  let lastKeyAt = 0;
  let swallowsKeyUp = false;

  function endsScan(event) {
    const at = event.timeStamp;
    if (event.key.length === 1) {
      if (at - lastKeyAt > SCANNED_GAP_MS) typed = 0;
      if (!typed) firstKeyAt = at;
      typed += 1;
      lastKeyAt = at;
      return false;
    }
    if (event.key !== "Enter") return false;
    const scanned = typed >= SCANNED_CHARS && at - lastKeyAt <= SCANNED_GAP_MS;
    const fast = (at - firstKeyAt) / typed <= SCANNED_MEAN_GAP_MS;
    typed = 0;
    return scanned && fast && !["INPUT", "TEXTAREA"].includes(document.activeElement?.tagName);
  }

  addEventListener(
    "keydown",
    (event) => {
      if (!endsScan(event)) return;
      swallowsKeyUp = true;
      event.preventDefault();
      event.stopImmediatePropagation();
      const end = { key: "F24", code: "F24", bubbles: true, composed: true, cancelable: true };
      for (const type of ["keydown", "keyup"]) event.target.dispatchEvent(new KeyboardEvent(type, end));
    },
    true,
  );
  addEventListener(
    "keyup",
    (event) => {
      if (!swallowsKeyUp || event.key !== "Enter") return;
      swallowsKeyUp = false;
      event.stopImmediatePropagation();
    },
    true,
  );

  // --- the hub

  let socket = null; // the one the app uses now
  const heldBack = []; // closes and errors that the app has not been told
  let run = null; // which run of the hub answered last
  let lastSign = performance.now();
  let lastMessage = 0;
  let received = 0; // bytes
  let toldAt = 0; // since when the app's session says something
  let answeredSince = 0;

  const open = () => socket !== null && socket.readyState === WebSocket.OPEN;

  const Native = window.WebSocket;
  window.WebSocket = class WebSocket extends Native {
    constructor(url, protocols) {
      const address = new URL(url, location.href);
      address.searchParams.set("page", "1");
      super(address, protocols ?? []);
      socket = this;
      received = toldAt = 0;
      const hold = (event) => {
        if (socket !== this) return;
        event.stopImmediatePropagation();
        heldBack.push(() => releaseTo(this, event));
        lost();
        ask();
      };
      this.addEventListener("close", hold);
      this.addEventListener("error", hold);
      this.addEventListener("message", ({ data }) => {
        received += data.byteLength ?? data.size ?? data.length;
        lastMessage = lastSign = performance.now();
        toldAt ||= lastMessage;
      });
      this.releasing = () => {
        this.removeEventListener("close", hold);
        this.removeEventListener("error", hold);
      };
    }
  };

  function releaseTo(one, event) {
    one.releasing();
    const { code, reason, wasClean } = event;
    one.dispatchEvent(
      event.type === "close" ? new CloseEvent("close", { code, reason, wasClean }) : new Event("error"),
    );
  }

  function lost() {
    show("lost");
    answeredSince = 0;
  }

  async function ask() {
    let answer;
    try {
      answer = await fetch("/healthz", { cache: "no-store", signal: AbortSignal.timeout(SILENT_MS) });
      answer = await answer.json();
    } catch (error) {
      if (error?.name === "TimeoutError") return; // silence is judged below, with this page's own lateness
      lost();
      return;
    }
    lastSign = performance.now();
    answeredSince ||= lastSign;
    if (run !== null && run !== answer.run && open()) socket.close(); // another life of the hub: this socket is dead
    run = answer.run;
    for (const tell of heldBack.splice(0)) tell();
  }

  let lastLook = performance.now();
  function look() {
    const now = performance.now();
    const late = now - lastLook > 600; // this page itself did not run: no judgement now
    lastLook = now;
    if (!why && !late && !document.hidden && now - lastSign > SILENT_MS) lost();
    if (late) lastSign = Math.max(lastSign, now - 1000);
    const settled = open() && received > 0 && now - lastMessage > SETTLE_MS && now - lastSign < SILENT_MS;
    if (why === "waiting" && !startsSlowly && now - since > SLOW_START_MS) {
      startsSlowly = true;
      draw();
    }
    if (why === "lost" && (told.standIn || told.standsInFor) && !offersOther && now - lostSince > OTHER_MS) {
      offersOther = true;
      draw();
    }
    if (why === "waiting" && (appIsThere() || mustBeThere(now))) uncover();
    else if (why === "lost" && settled) uncover();
    else if (why === "lost" && answeredSince && !open() && now - answeredSince > PATIENCE_MS) location.reload();
  }

  function uncover() {
    why = null;
    draw();
    if (!wanted?.isConnected) return;
    given = wanted;
    focus.call(wanted);
  }

  // Below the cover nothing has the focus or can take it: the field that had it, or that asks for it there, as a first
  // screen's does, gets it when the screen is seen.
  const { focus } = HTMLElement.prototype;
  let wanted = null;
  HTMLElement.prototype.focus = function (options) {
    if (why) wanted = this;
    else if (this !== given) given = null;
    focus.call(this, options);
  };

  // What is built anew around a field, as a screen reader's tree is once more of the first screen has come, takes the
  // focus from it though nobody wanted that: until the person or the app does something, the field gets it back.
  const { blur } = HTMLElement.prototype;
  let given = null;
  HTMLElement.prototype.blur = function () {
    given = null;
    blur.call(this);
  };
  for (const touch of ["pointerdown", "keydown"]) addEventListener(touch, () => (given = null), true);
  addEventListener(
    "focusout",
    ({ target, relatedTarget }) => {
      if (target !== given || relatedTarget) return;
      setTimeout(() => {
        const lost = target === given && !why && document.activeElement === document.body;
        if (lost && target.isConnected) focus.call(target);
      });
    },
    true,
  );

  // The first picture the client draws is a waiting page of its own, in English; it is seen by nobody. Where pictures
  // reach the canvas as bitmaps, a look at a small copy tells a screen from that page: 240 to 2,200 of its points
  // differ from the ground, of that page's 3 to 6.
  const COPY = 64;
  const LEAST_POINTS = 60;
  const SAME_GROUND = 6; // of 255
  let drawn = false;
  const transfer = window.ImageBitmapRenderingContext?.prototype.transferFromImageBitmap;
  const canLook = transfer && !navigator.vendor?.startsWith("Apple"); // in WebKit the canvas is drawn to directly
  const QUIET_MS = canLook ? 5000 : 120;
  if (canLook) {
    ImageBitmapRenderingContext.prototype.transferFromImageBitmap = function (bitmap) {
      transfer.call(this, bitmap);
      if (why === "waiting" && bitmap && !drawn) drawn = isScreen(this.canvas);
    };
  }

  function isScreen(canvas) {
    const copy = new OffscreenCanvas(COPY, COPY).getContext("2d", { willReadFrequently: true });
    copy.imageSmoothingQuality = "high";
    copy.drawImage(canvas, 0, 0, COPY, COPY);
    const { data } = copy.getImageData(0, 0, COPY, COPY);
    const light = [];
    const points = new Map();
    for (let at = 0; at < data.length; at += 4) {
      const one = Math.round((data[at] + data[at + 1] + data[at + 2]) / 3);
      light.push(one);
      points.set(one, (points.get(one) ?? 0) + 1);
    }
    const [ground] = [...points].reduce((most, one) => (one[1] > most[1] ? one : most));
    return light.filter((one) => Math.abs(one - ground) > SAME_GROUND).length >= LEAST_POINTS;
  }

  // Elsewhere, and where a screen is all but empty, bytes tell: a new session says who it is and sends an empty page,
  // 3,300 bytes, before its first screen. A page loaded again goes on with its session and is told the whole screen at
  // once.
  const WITH_A_SCREEN_BYTES = 5000;
  function appIsThere() {
    if (drawn) return true;
    return frames > 0 && received >= WITH_A_SCREEN_BYTES && performance.now() - lastMessage > QUIET_MS;
  }

  // A screen that no sign tells of must not stay covered; nor may a page be uncovered that has none.
  const mustBeThere = (now) => frames > 0 && toldAt > 0 && now - toldAt > LATEST_SCREEN_MS;

  let frames = 0;
  window.addEventListener("flutter-first-frame", () => (frames += 1));
  setInterval(ask, ASK_EVERY_MS);
  setInterval(look, 100);
  document.addEventListener("visibilitychange", () => {
    lastSign = performance.now();
    if (!document.hidden) ask();
  });
  ask();

  // WebKit brings a page back from its cache with frames that never come; only a new engine mends that.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted && navigator.vendor?.startsWith("Apple")) location.reload();
  });

  // --- at the stand-in

  let signs = 0;
  let staysUntil = 0;

  async function askHub() {
    try {
      const answer = await fetch(`${told.standsInFor}/alive`, {
        cache: "no-store",
        credentials: "omit",
        signal: AbortSignal.timeout(HUB_BACK_EVERY_MS),
      });
      signs = answer.ok ? signs + 1 : 0;
    } catch {
      signs = 0;
    }
    const box = element("back");
    box.querySelector(".sentence").textContent = texts.hubIsBack;
    box.querySelector(".stay").textContent = texts.stay;
    offer(box, told.standsInFor, texts.goBack, signs >= HUB_BACK_SIGNS && performance.now() > staysUntil);
  }

  if (told.standsInFor) {
    document.addEventListener("DOMContentLoaded", () => {
      element("back").querySelector(".stay").addEventListener("click", () => {
        staysUntil = performance.now() + STAYS_MS;
        element("back").hidden = true;
      });
      setInterval(askHub, HUB_BACK_EVERY_MS);
    });
  }

  // --- pictures that are too large for the app's socket

  const click = HTMLInputElement.prototype.click;
  HTMLInputElement.prototype.click = function () {
    if (this.type === "file" && !this.clientelingWatched) {
      this.clientelingWatched = true;
      const refuse = (event) => {
        if (![...this.files].some((file) => file.size > told.maxPictureBytes)) return;
        event.stopImmediatePropagation();
        this.value = "";
        notice(texts.pictureTooLarge);
        this.dispatchEvent(new Event("cancel"));
      };
      this.addEventListener("change", refuse, { capture: true });
      this.addEventListener("input", refuse, { capture: true });
    }
    click.call(this);
  };

  // --- scripts of other hosts

  const src = Object.getOwnPropertyDescriptor(HTMLScriptElement.prototype, "src");
  Object.defineProperty(HTMLScriptElement.prototype, "src", {
    ...src,
    set(value) {
      const elsewhere = new URL(value, document.baseURI).origin !== location.origin;
      src.set.call(this, elsewhere ? `${base}absent.js` : value);
    },
  });
})();
