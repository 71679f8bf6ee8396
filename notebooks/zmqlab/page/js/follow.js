// Brings into sight what comes of a press: a panel that grows for it, and what it opens. What was pressed stays in sight.

import { showWhatIsNew } from "./in_place.js";
import { watchPresses } from "./presses.js";
import { beyond, scrollBy, scrollerOf, toSee, toSeeMost } from "./scrolling.js";

const SOME = 160; // px of what opens that are seen in any case: some rows
const BELOW = 8; // px below the moment that it is at

const lastPress = (globalThis.zmqlabPresses ??= watchPresses(follow));

/** Bring the panel around an element into sight if the last press was in it, and nobody has moved the notebook since. */
export function followThePress(/** @type {Element} */ el) {
  const press = lastPress();
  const panel = el.closest(".zl-shown") ?? el;
  if (!press || !panel.contains(press.panel)) return;
  if (scrollerOf(el)) follow(press);
  else panel.scrollIntoView({ block: "nearest" });
}

/** Bring what a press has opened into sight: some rows in any case, and up to the moment that it is at. */
export function showOpened(/** @type {Element} */ part) {
  const last = lastPress();
  const press = last?.panel.contains(part) ? last : null;
  if (press) [press.opened, press.height] = [part, press.panel.offsetHeight];
  const scroller = scrollerOf(part);
  if (!scroller) return part.scrollIntoView({ block: "nearest" });
  const needed = upToNow(part);
  scrollBy(scroller, toSee(beyond(beginningOf(part, Math.min(SOME, needed)), scroller)));
  scrollBy(scroller, toSee(beyond(beginningOf(part, needed), scroller)), press && pressedIn(press));
  if (press) press.at = scroller.scrollTop;
}

/** Have the panel whole in sight again when a press has closed what it had opened, as far as it fits. */
export function showAfterClosing(/** @type {Element} */ part) {
  const last = lastPress();
  const press = last?.panel.contains(part) ? last : null;
  const scroller = scrollerOf(part);
  if (!press || !scroller) return;
  [press.opened, press.height] = [null, press.panel.offsetHeight];
  scrollBy(scroller, toSee(beyond(press.panel.getBoundingClientRect(), scroller)), pressedIn(press));
  press.at = scroller.scrollTop;
}

/** Bring a panel that has grown for a press into sight, as far as it fits. */
function follow(/** @type {import("./presses.js").Press} */ press) {
  const scroller = scrollerOf(press.panel);
  if (!scroller) return;
  if (press.opened && !press.opened.hidden) return showOpened(press.opened);
  if (!showWhatIsNew(scroller, press.panel)) { // in a card, what was pressed keeps its place
    scrollBy(scroller, toSeeMost(beyond(press.panel.getBoundingClientRect(), scroller)), pressedIn(press));
  }
  press.at = scroller.scrollTop;
}

/** How much of a part is to be seen for the moment that it is at (px): all of it, where it shows none. */
function upToNow(part) {
  const now = part.querySelector(".zl-now, .zl-now-line")?.getBoundingClientRect().bottom ?? Infinity;
  return Math.min(part.offsetHeight, Math.max(SOME, now + BELOW - part.getBoundingClientRect().top));
}

function beginningOf(part, height) {
  const { top } = part.getBoundingClientRect();
  return { top, bottom: top + height };
}

/** Where that is which was pressed, also if it was drawn anew since; null, if it was nothing of its own. */
function pressedIn({ panel, part, from, to }) {
  if (!part || part.isConnected) return part?.getBoundingClientRect() ?? null;
  const { top } = panel.getBoundingClientRect();
  return { top: top + from, bottom: top + to };
}
