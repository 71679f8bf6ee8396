// What happened, as a list: the events around the one that the film is at.

import { element } from "./elements.js";

/** @typedef {import("./state.js").Step} Step */

const LENGTH = 300; // events

export function makeList() {
  const root = element("ol", { className: "zl-log", hidden: true, tabIndex: 0, ariaLabel: "What happened, in order" });
  let drawn = "";

  /** Show `all` events, of which so many are `done`. Live, the last is in sight, else the one that the film is at. */
  function draw(/** @type {Step[]} */ all, done, live) {
    if (root.hidden) return;
    const from = Math.max(0, Math.min(done - LENGTH / 2, all.length - LENGTH));
    if (drawn !== `${from} ${all.length}`) {
      drawn = `${from} ${all.length}`;
      root.start = from + 1;
      root.replaceChildren(...all.slice(from, from + LENGTH).map((step) => element("li", { textContent: step.say })));
    }
    [...root.children].forEach((item, index) => item.classList.toggle("zl-now", from + index + 1 === done));
    const item = root.children[done - from - 1];
    if (live || !item) root.scrollTop = live ? root.scrollHeight : 0;
    else root.scrollTop += distanceToMiddle(item);
  }

  function distanceToMiddle(item) {
    const top = item.getBoundingClientRect().top - root.getBoundingClientRect().top;
    return top - (root.clientHeight - item.offsetHeight) / 2;
  }

  return { root, draw };
}
