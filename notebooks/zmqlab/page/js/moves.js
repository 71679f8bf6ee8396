// How the state of a film changes as somebody presses a button of the transport: what each of them does.

import { beginning, end, isAtEnd, restAt, seek, stops, TICK } from "./state.js";

/** @typedef {import("./state.js").State} State */

export function pause(/** @type {State} */ state) {
  state.unseen = false;
  state.playing = state.live = false;
}

/** Play, or stand still. At its end, a recording plays once more. */
export function toggle(/** @type {State} */ state) {
  const waits = state.unseen; // for somebody to see it: whoever presses does
  state.unseen = false;
  if (state.playing && !waits) return pause(state);
  if (isAtEnd(state)) seek(state, beginning(state));
  state.playing = true;
}

/** Before the first event. */
export function start(/** @type {State} */ state) {
  pause(state);
  seek(state, beginning(state));
}

/** From the last event to the one before it. What came after it, such as a wait, is no event to stop at. */
export function back(/** @type {State} */ state) {
  pause(state);
  const all = stops(state);
  const current = all.findLast((step) => step.at <= state.clock);
  const earlier = all.findLast((step) => step.at < (current?.at ?? 0) - TICK / 2);
  seek(state, earlier ? earlier.at : state.steps.length ? beginning(state) : 0);
  state.inVain = !current;
}

/** To the next event. */
export function step(/** @type {State} */ state) {
  pause(state);
  const next = stops(state).find((one) => one.at > state.clock + TICK / 2);
  const isLast = state.clock >= end(state) - TICK / 2;
  seek(state, next ? next.at : end(state));
  state.inVain = isLast;
}

/** To what happens now, or to the end of a recording. */
export function live(/** @type {State} */ state) {
  state.unseen = false;
  state.playing = state.live = !state.ends;
  seek(state, state.ends ? restAt(state) : end(state));
}

/** To an event by its number: 0 is before the first. */
export function goTo(/** @type {State} */ state, event) {
  pause(state);
  const found = stops(state)[event - 1];
  seek(state, found ? found.at : beginning(state));
}

export function setSpeed(/** @type {State} */ state, speed) {
  state.speed = speed;
}

/** By the names that buttons and keys have for them. */
export const MOVES = { start, back, toggle, step, live, pause };
