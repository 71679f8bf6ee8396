// Brings a panel into view that has just been made, once. JupyterLab scrolls on to the next cell when one is run, and what a
// tall output shows goes off the top. Whoever has moved the notebook since, runs many cells or opens the page anew is
// left alone, and so is every host that is not JupyterLab. It comes into view again when it grows for what was pressed in it.

import { MARGIN, showWhatIsNew } from "./in_place.js";
import { save } from "./life.js";
import { scrollerOf, watchPresses } from "./presses.js";

const LOOKING = 1000; // ms in which a panel may still grow, or JupyterLab still scroll, and as long as its cell runs
const COMING = 3000; // ms in which it comes into the page
const SOME = 160; // px of what opens that are seen in any case: some rows
const runs = (cell) => Boolean(cell.querySelector(".jp-InputPrompt")?.textContent.includes("*"));
const MOVES = /^(Arrow|Page|Home|End)/;
const TOUCHES = ["wheel", "touchmove", "pointerdown"];

let watched = false; // whether hands were watched before the panel was asked for: of the first in a page, nobody knows
const hands = (globalThis.zmqlabHands ??= watchHands());
const lastPress = (globalThis.zmqlabPresses ??= watchPresses(follow));

/** When somebody last moved the notebook by hand, and last ran a cell by a key. */
function watchHands() {
  const seen = { moved: -1, ran: -1 };
  const moved = () => (seen.moved = performance.now());
  for (const kind of TOUCHES) addEventListener(kind, moved, { capture: true, passive: true });
  addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.shiftKey || event.ctrlKey || event.altKey)) seen.ran = performance.now();
    else if (MOVES.test(event.key)) moved();
  }, true);
  return seen;
}

/** Whether the cell of `part` is the one that was run last, and nobody has gone elsewhere since, as far as that was `seen`. */
function isAskedFor(part, seen) {
  const own = part.closest(".jp-Cell");
  const notebook = own?.closest(".jp-Notebook");
  const active = notebook?.querySelector(".jp-Cell.jp-mod-active");
  if (!active) return false;
  const place = (cell) => Number(cell.dataset.windowedListIndex);
  const ahead = place(active) - place(own);
  if (ahead !== 0 && ahead !== 1) return false; // many cells were run, or a later one, or the page was opened anew
  if ([...notebook.querySelectorAll(".jp-CodeCell")].some((cell) => place(cell) > place(own) && runs(cell))) return false;
  if (hands.ran > 0 && hands.moved > hands.ran) return false;
  const window = notebook.querySelector(".jp-WindowedPanel-outer").getBoundingClientRect();
  const isInSight = (node) => {
    const box = node.getBoundingClientRect();
    return box.bottom > window.top && box.top < window.bottom;
  };
  return seen || [own.querySelector(".jp-Cell-inputWrapper"), active].some(isInSight);
}

/**
 * Bring the panel around an element into view, if somebody waits for it. Call it before anything stands in the element.
 * @param {() => boolean} fresh  whether it was never shown before; asked once
 * @param {number} room  px below it that are in view too, as far as there are: for what it will say when something is pressed
 * @returns what ends it
 */
export function bringIntoView(el, fresh, room = 0) {
  if (!fresh()) return () => null;
  const seen = watched;
  watched = true;
  const stop = new AbortController();
  const { signal } = stop;
  let scroller = null;

  function place() {
    if (signal.aborted || !el.isConnected || !panelOf(el).offsetHeight) return; // it may be made before it stands in the page
    if (!scroller && !begin()) return stop.abort();
    scrollTo(scroller, el, room);
  }

  function begin() {
    if (!isAskedFor(el, seen)) return false;
    scroller = scrollerOf(el);
    scroller.addEventListener("scroll", place, { signal, passive: true });
    sizes.observe(el.closest(".jp-Cell"));
    setTimeout(rest, LOOKING);
    return true;
  }

  function rest() {
    const cell = el.closest(".jp-Cell");
    if (!signal.aborted && cell && runs(cell)) setTimeout(rest, LOOKING);
    else stop.abort();
  }

  for (const kind of [...TOUCHES, "keydown"]) {
    addEventListener(kind, () => stop.abort(), { capture: true, passive: true, signal });
  }
  const sizes = new ResizeObserver(place); // also tells when it comes into the page
  sizes.observe(el);
  signal.addEventListener("abort", () => sizes.disconnect());
  setTimeout(() => scroller || stop.abort(), COMING);
  return () => stop.abort();
}

const panelOf = (el) => el.closest(".zl-shown") ?? el;

/** Scroll just so far that the panel around an element is whole in sight, or its beginning where it is too high. */
function scrollTo(scroller, el, room = 0) {
  const window = scroller.getBoundingClientRect();
  const box = panelOf(el).getBoundingClientRect();
  const spare = window.height - box.height - 2 * MARGIN;
  const top = box.top - window.top - MARGIN;
  const bottom = box.bottom - window.bottom + MARGIN + Math.max(0, Math.min(room, spare));
  const by = top < 0 || spare < 0 ? top : Math.max(0, bottom);
  if (Math.abs(by) > 1) scroller.scrollTop += by;
}

/** Bring the panel around an element into view if the last press was in it, and nobody has moved the notebook since. */
export function followThePress(el) {
  const press = lastPress();
  if (press && panelOf(el).contains(press.panel)) follow(press);
}

/** Bring what a press has opened into sight: its beginning, up to the moment that it shows, or `whole`. */
export function showOpened(/** @type {Element} */ part, whole = false) {
  const press = lastPress();
  const asked = press?.panel.contains(part) ? press : null;
  if (asked) [asked.opened, asked.height] = [part, asked.panel.offsetHeight];
  see(part, whole ? part.offsetHeight : upToNow(part), asked);
}

/** How much of a part is needed to see the moment that it is at (px). */
function upToNow(part) {
  const now = part.querySelector(".zl-now, .zl-now-line")?.getBoundingClientRect().bottom ?? 0;
  return Math.min(part.offsetHeight, Math.max(SOME, now + MARGIN - part.getBoundingClientRect().top));
}

/** Bring a panel into sight that has grown for a press: as far as it fits, and what was pressed stays in sight. */
function follow(/** @type {import("./presses.js").Press} */ press) {
  if (press.opened && !press.opened.hidden) return showOpened(press.opened, press.opened.matches(".zl-inspector"));
  const scroller = scrollerOf(press.panel);
  if (!scroller) return press.panel.scrollIntoView({ block: "nearest" });
  if (showWhatIsNew(scroller, press.panel)) return void (press.at = scroller.scrollTop); // of a card, what was pressed keeps its place
  const { top, bottom } = beyond(press.panel.getBoundingClientRect(), scroller);
  // It may go up until its top is in the way, or down until its bottom is.
  move(scroller, bottom > 0 ? Math.max(0, Math.min(top, bottom)) : Math.min(0, Math.max(top, bottom)), press);
}

/** Scroll just so far that some rows of a part are in sight, and its first `height` px as far as what was pressed stays there. */
function see(part, height, press) {
  const scroller = scrollerOf(part);
  if (!scroller) return part.scrollIntoView({ block: "nearest" });
  for (const [high, kept] of [[Math.min(SOME, height), null], [height, press]]) {
    const from = part.getBoundingClientRect().top;
    const { top, bottom } = beyond({ top: from, bottom: from + high }, scroller);
    move(scroller, top < 0 ? top : Math.max(0, Math.min(top, bottom)), kept);
  }
}

/** How far a box is below the top and below the bottom of the notebook's window (px). */
function beyond(box, scroller) {
  const window = scroller.getBoundingClientRect();
  return { top: box.top - window.top - MARGIN, bottom: box.bottom - window.bottom + MARGIN };
}

/** Scroll by so much, or by less: what was pressed stays in sight. */
function move(scroller, by, press) {
  if (press?.part) {
    const panel = press.panel.getBoundingClientRect().top; // what was pressed may have been drawn anew
    const box = press.part.isConnected ? press.part.getBoundingClientRect() : { top: panel + press.from, bottom: panel + press.to };
    const { top, bottom } = beyond(box, scroller);
    by = by > 0 ? Math.min(by, Math.max(0, top)) : Math.max(by, Math.min(0, bottom));
  }
  if (Math.abs(by) > 1) scroller.scrollTop += by;
  if (press) press.at = scroller.scrollTop;
}

/** Whether an anywidget model was never shown before. The kernel remembers: a second view, or a page opened anew, is none. */
export function freshness(model) {
  return () => {
    if (!model.get("fresh")) return false;
    model.set("fresh", false);
    save(model);
    return true;
  };
}
