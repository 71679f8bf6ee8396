// Brings into sight what comes of a press: a panel that grows for it, and what it opens. What was pressed stays in sight.

import { showWhatIsNew } from "./in_place.js";
import { watchPresses } from "./presses.js";
import { beyond, scrollBy, scrollerOf, toSee, toSeeMost } from "./scrolling.js";

const lastPress = (globalThis.zmqlabPresses ??= watchPresses(follow));

/** Bring the panel around an element into sight if the last press was in it, and nobody has moved the notebook since. */
export function followThePress(/** @type {Element} */ el) {
  const press = lastPress();
  const panel = el.closest(".zl-shown") ?? el;
  if (!press || !panel.contains(press.panel)) return;
  if (scrollerOf(el)) follow(press);
  else panel.scrollIntoView({ block: "nearest" });
}

/** Bring what a press has opened into sight. */
export function showOpened(/** @type {Element} */ part) {
  const press = pressNear(part);
  const scroller = scrollerOf(part);
  if (!scroller) part.scrollIntoView({ block: "nearest" });
  else scrollBy(scroller, toSee(beyond(part.getBoundingClientRect(), scroller)), press && pressedIn(press));
  leaveAlone(press, part);
}

/**
 * Make a change above what is `pressed`, which keeps its place in the window: what grows there, grows upwards.
 * @returns how far that has moved down all the same, where the page cannot be scrolled (px)
 */
export function growUpwards(/** @type {Element} */ pressed, /** @type {() => void} */ change) {
  const press = pressNear(pressed);
  const { top } = pressed.getBoundingClientRect();
  change();
  const scroller = scrollerOf(pressed) ?? document.scrollingElement;
  scroller.scrollTop += pressed.getBoundingClientRect().top - top;
  leaveAlone(press, null);
  return pressed.getBoundingClientRect().top - top;
}

/** How high a part could be from its bottom to the top of the window (px). */
export function roomAbove(/** @type {Element} */ part) {
  const { bottom } = part.getBoundingClientRect();
  const scroller = scrollerOf(part);
  return scroller ? beyond({ top: bottom, bottom }, scroller).top : bottom;
}

/** The last press, if it was in the panel of a part. */
function pressNear(part) {
  const press = lastPress();
  return press?.panel.contains(part) ? press : null;
}

/** Have a press followed by nothing that has happened until now. What it has `opened` comes into sight again as it grows. */
function leaveAlone(press, opened) {
  if (press) [press.opened, press.height, press.at] = [opened, press.panel.offsetHeight, scrollerOf(press.panel)?.scrollTop];
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

/** Where that is which was pressed, also if it was drawn anew since; null, if it was nothing of its own. */
function pressedIn({ panel, part, from, to }) {
  if (!part || part.isConnected) return part?.getBoundingClientRect() ?? null;
  const { top } = panel.getBoundingClientRect();
  return { top: top + from, bottom: top + to };
}
