// A film on a page with no kernel: timeline and view as they are, and nobody who tells more.

import { newState } from "./state.js";
import { makeTimeline } from "./timeline.js";
import { makeView } from "./view.js";

/**
 * Play a film in an element: once, when it comes into sight, or standing still at `pause_at` (film ms).
 * @param {Omit<import("./arrivals.js").History, "type">} film  what `Stage.told()` gives in Python
 * @param {{title?: string, more?: Element[]}} options  `more` are buttons of the page's own in its transport
 * @returns its timeline, and what ends it
 */
export function mountFilm(element, film, { title = "a film", more = [] } = {}) {
  const timeline = makeTimeline(newState({ pieces: film.base }));
  const view = makeView(timeline, { title, more });
  element.append(view.root);
  const copy = structuredClone({ ...film, type: "history", film: true, ends: true }); // the steps take note of what was before them
  timeline.hear(copy);
  const remove = timeline.add(view);
  const close = () => {
    remove();
    view.close();
    view.root.remove();
  };
  return { timeline, close };
}
