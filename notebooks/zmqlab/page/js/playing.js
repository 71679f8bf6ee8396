// How the state of a film changes as time passes.

import { behind, restAt, seek } from "./state.js";

/** @typedef {import("./state.js").State} State */

const BEHIND = 2000; // film ms that live may be behind before it hurries most
const HURRY = 4; // how much faster than usual it plays then

/** How much faster than usual it plays now: live makes up for what it is behind. */
export const hurry = (/** @type {State} */ state) =>
  state.live ? Math.max(1, Math.min(HURRY, behind(state) / (BEHIND / 2))) : 1;

/** Whether it shows what happens now, or will within a moment. */
export const keepsUp = (/** @type {State} */ state) => state.live && behind(state) <= BEHIND;

/** Let so many ms pass. */
export function advance(/** @type {State} */ state, passed) {
  if (!state.playing) return;
  if (state.ends) return advanceRecording(state, passed);
  const late = behind(state);
  state.wasBehind ||= late > BEHIND / 2;
  seek(state, Math.min(restAt(state), state.clock + passed * hurry(state) * state.speed));
  if (!state.live && state.clock >= restAt(state)) state.live = true; // caught up with the present
}

/** A recording stands where it tells most. Played on from there, it goes to its end. */
function advanceRecording(state, passed) {
  const last = restAt(state);
  const until = state.clock < state.rest ? Math.min(last, state.rest) : last;
  seek(state, Math.min(until, state.clock + passed * state.speed));
  if (state.clock >= until && !(state.parts && until === last)) state.playing = false;
}

/** Note that all there is has been shown. Returns whether it is news: live was behind before. */
export function catchUp(/** @type {State} */ state) {
  if (!state.live || !state.wasBehind) return false;
  state.wasBehind = false;
  return true;
}

/** Note whether a view is in sight. */
export function see(/** @type {State} */ state, inSight) {
  state.inSight = inSight;
  beginIfSeen(state);
}

/** Begin a recording that has come and is in sight, whichever was first. */
export function beginIfSeen(/** @type {State} */ state) {
  if (!state.unseen || !state.inSight) return;
  state.unseen = false;
  state.playing = true;
}
