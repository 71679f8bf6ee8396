// The words under the film.

import { momentWords } from "./moments.js";
import { hurry } from "./playing.js";
import { behind, isAtEnd } from "./state.js";

/** @typedef {import("./state.js").State} State */
/** @typedef {import("./state.js").Step} Step */

const LATE = 500; // ms that live is behind, before it says so

/** Where the film is: of `all` events, so many are `done`. `over` says that nothing more will come of what was live. */
export function captionWords(/** @type {State} */ state, /** @type {Step[]} */ all, done, over = false) {
  if (state.live && over) return "over · this is its last moment";
  if (state.live) {
    const late = behind(state) / hurry(state);
    return late > LATE ? `live · ${(late / 1000).toFixed(1)} s behind` : "live · as it happens";
  }
  if (!all.length && !state.begun) return "getting the film …";
  if (!done) {
    if (state.trimmed) return "Here the record begins: what was before is not kept one by one.";
    const words = state.inVain ? "there is nothing before it" : state.scale;
    return [`before the first of ${all.length} events`, words].filter(Boolean).join(" · ");
  }
  const current = all[done - 1];
  const told = isAtEnd(state) && state.scale; // how long it took stands in it: the moment would say it again
  const news = state.inVain && done === all.length ? "there is nothing after it" : told || current.say;
  const words = [`event ${state.forgotten + done} of ${state.forgotten + all.length}`, news];
  if (current.cut) words.push(`⫽ after ${current.cut} s in which nothing happened`);
  if (current.real && !told) words.push(momentWords(current.real));
  return words.join(" · ");
}
