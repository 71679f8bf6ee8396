// What was pressed last, and in which panel. Whoever has pressed something there waits for what comes of it, until the
// notebook is moved or something elsewhere is touched.

import { standing } from "./in_place.js";
import { scrollerOf } from "./scrolling.js";

const PANELS = ".zl-panel, .zl-card, .zl-stage";
const CONTROLS = "button, input, select, textarea, .noUi-target, [data-piece]";
const SLIDERS = ".noUi-target, input[type=range]"; // a finger that moves one does not move the notebook
const RUN = (event) => event.key === "Enter" && (event.shiftKey || event.ctrlKey || event.altKey);

/**
 * One press: where, and how things stood then.
 * @typedef {{panel: Element, part: Element|null, from: number, to: number, height: number, then: object|null,
 *   at: number|undefined, opened: Element|null}} Press  `from`, `to`: of the part, below the top of its panel
 *   (px); `height` of the panel when it was last looked at; `then`: how its card stood; `at`: where the notebook was scrolled to;
 *   `opened`: what the press has opened
 */

/**
 * Watch what is pressed.
 * @param {(press: Press) => void} follow  called when the panel has grown since, and nobody has moved the notebook
 * @returns what tells the press that somebody waits for, or null
 */
export function watchPresses(follow) {
  let press = null;
  let down = false; // what is held is not moved away
  const sizes = new ResizeObserver(look);

  function touch({ target }) {
    forget();
    const panel = target instanceof Element && (target.closest(".zl-shown") ?? target.closest(PANELS));
    if (!panel) return;
    const part = target.closest(CONTROLS);
    const [top, box] = [panel.getBoundingClientRect().top, part?.getBoundingClientRect()];
    const at = scrollerOf(panel)?.scrollTop;
    press = { panel, part, from: box?.top - top, to: box?.bottom - top, height: panel.offsetHeight, then: standing(panel), at, opened: null };
    sizes.observe(panel);
  }

  function forget() {
    press = null;
    sizes.disconnect();
  }

  function last() {
    if (!press?.panel.isConnected) return null;
    const now = scrollerOf(press.panel)?.scrollTop;
    if (now !== undefined && Math.abs(now - press.at) > 1) forget(); // by keys or by its scroll bar
    return press;
  }

  function look() {
    if (down || !last()) return;
    const before = press.height;
    press.height = press.panel.offsetHeight;
    if (press.height > before) follow(press);
  }

  function letGo() {
    down = false;
    setTimeout(look); // not before the click has come to what was pressed
  }

  const listen = (kind, listener) => addEventListener(kind, listener, { capture: true, passive: true });
  listen("pointerdown", (event) => {
    down = true;
    touch(event);
  });
  for (const kind of ["pointerup", "pointercancel"]) listen(kind, letGo);
  listen("keydown", (event) => (RUN(event) ? forget() : event.key === "Tab" || touch(event)));
  listen("wheel", forget);
  listen("touchmove", ({ target }) => target.closest?.(SLIDERS) || forget());
  return last;
}
