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
  const last = lastPress();
  const press = last?.panel.contains(part) ? last : null;
  if (press) [press.opened, press.height] = [part, press.panel.offsetHeight];
  const scroller = scrollerOf(part);
  if (!scroller) return part.scrollIntoView({ block: "nearest" });
  scrollBy(scroller, toSee(beyond(part.getBoundingClientRect(), scroller)), press && pressedIn(press));
  if (press) press.at = scroller.scrollTop;
}

/** Bring a panel that has grown for a press into sight, as far as it fits. */
function follow(/** @type {import("./presses.js").Press} */ press) {
  const scroller = scrollerOf(press.panel);
  if (!scroller) return;
  if (press.opened && !press.opened.hidden) return showOpened(press.opened);
  if (!showWhatIsNew(scroller, press.panel, press.then)) { // in a card, what was pressed keeps its place
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
