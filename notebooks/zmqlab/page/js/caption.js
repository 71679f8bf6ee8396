// The words under the film.

import { momentWords } from "./moments.js";

/** @typedef {import("./state.js").State} State */

/** The last event of a film that is not live, and when it was. */
export function captionWords(/** @type {State} */ state) {
  if (state.live) return "";
  const current = state.steps.slice(0, state.applied).findLast((step) => step.say && step.kind);
  if (!current) return state.trimmed ? "Here the record begins: what was before is not kept one by one." : "";
  const cut = current.cut ? ` ⫽ after ${current.cut} s in which nothing happened` : "";
  return `${current.real ? momentWords(current.real) : ""}  ${current.say}${cut}`;
}
