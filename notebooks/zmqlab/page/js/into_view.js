// Brings a panel into view that has just been made, once. JupyterLab scrolls on to the next cell when one is run, and what a
// tall output shows goes off the top. Whoever has moved the notebook since, runs many cells or opens the page anew is
// left alone, and so is every host that is not JupyterLab.

import { save } from "./life.js";
import { beyond, scrollBy, scrollerOf, toSee } from "./scrolling.js";

const LOOKING = 1000; // ms in which a panel may still grow, or JupyterLab still scroll, and as long as its cell runs
const COMING = 3000; // ms in which it comes into the page
const runs = (cell) => Boolean(cell.querySelector(".jp-InputPrompt")?.textContent.includes("*"));
const MOVES = /^(Arrow|Page|Home|End)/;
const TOUCHES = ["wheel", "touchmove", "pointerdown"];

let watched = false; // whether hands were watched before the panel was asked for: of the first in a page, nobody knows
const hands = (globalThis.zmqlabHands ??= watchHands());

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
    const { top, bottom } = beyond(panelOf(el).getBoundingClientRect(), scroller);
    scrollBy(scroller, toSee({ top, bottom: bottom + room }));
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

/** Whether an anywidget model was never shown before. The kernel remembers: a second view, or a page opened anew, is none. */
export function freshness(model) {
  return () => {
    if (!model.get("fresh")) return false;
    model.set("fresh", false);
    save(model);
    return true;
  };
}
